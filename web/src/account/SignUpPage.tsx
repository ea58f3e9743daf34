import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useSearch } from 'wouter';
import { auth } from '../api';
import { AccountLayout } from './AccountLayout';
import { showErrors } from './form';
import { newAccountChecks } from './signUp';

export default function SignUpPage() {
  useDocumentTitle('Create an account · CodeCrafter');
  const search = useSearch();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: { username: '', email: '', password: '' },
    validate: newAccountChecks,
  });

  const submit = form.onSubmit(async ({ username, email, password }) => {
    setFailure(null);
    try {
      await auth.register({ username: username.trim(), email: email.trim(), password });
    } catch (error) {
      setFailure(showErrors(error, ['username', 'email', 'password'], form.setErrors));
    }
  });

  return (
    <AccountLayout
      title="Create an account"
      footer={<>Have an account? <Anchor component={Link} href={`/signin${search && `?${search}`}`}>Sign in</Anchor></>}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
          <TextInput
            label="Username"
            description="Others see it at your cursor and in the chat."
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            {...form.getInputProps('username')}
          />
          <TextInput label="Email" type="email" autoComplete="email" {...form.getInputProps('email')} />
          <PasswordInput label="Password" description="At least 8 characters." autoComplete="new-password" {...form.getInputProps('password')} />
          <Button type="submit" mt={6} loading={form.submitting}>Create account</Button>
        </Stack>
      </form>
    </AccountLayout>
  );
}
