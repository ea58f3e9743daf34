import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { auth } from '../api';
import { showErrors } from './form';

/** `name` is given where the person is known already. */
export function SignInForm({ name = '' }: { name?: string }) {
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name, password: '' },
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter your username or email.' : null),
      password: (value) => (value === '' ? 'Enter your password.' : null),
    },
  });

  const submit = form.onSubmit(async ({ name, password }) => {
    setFailure(null);
    try {
      await auth.login(name.trim(), password);
    } catch (error) {
      setFailure(showErrors(error, ['password'], form.setErrors));
    }
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        <TextInput
          label="Username or email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={name === ''}
          {...form.getInputProps('name')}
        />
        <PasswordInput label="Password" autoComplete="current-password" autoFocus={name !== ''} {...form.getInputProps('password')} />
        <Button type="submit" mt={6} loading={form.submitting}>Sign in</Button>
      </Stack>
    </form>
  );
}
