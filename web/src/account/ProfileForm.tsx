import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { changeAccount } from '../api/account';
import type { User } from '../api/types';
import { SaveBar } from './SaveBar';
import { useSaving } from './useSaving';
import classes from './Account.module.css';

export function ProfileForm({ user }: { user: User }) {
  const form = useForm({
    initialValues: { firstName: user.firstName, lastName: user.lastName },
    onValuesChange: () => saving.touched(),
  });
  const saving = useSaving(async ({ firstName, lastName }: typeof form.values) => {
    await changeAccount({ firstName: firstName.trim(), lastName: lastName.trim() });
    return 'Saved.';
  }, ['firstName', 'lastName'], form.setErrors);
  return (
    <form onSubmit={form.onSubmit(saving.submit)} noValidate className={classes.form} aria-label="Profile">
      <div className={classes.pair}>
        <TextInput label="First name" autoComplete="given-name" maxLength={100} {...form.getInputProps('firstName')} />
        <TextInput label="Last name" autoComplete="family-name" maxLength={100} {...form.getInputProps('lastName')} />
      </div>
      <SaveBar label="Save names" saving={form.submitting} failure={saving.failure} done={saving.done} />
    </form>
  );
}
