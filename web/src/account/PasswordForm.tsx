import { PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { changePassword } from '../api/account';
import { ApiError } from '../api/problem';
import type { User } from '../api/types';
import { SaveBar } from './SaveBar';
import { useSaving } from './useSaving';
import classes from './Account.module.css';

export function PasswordForm({ user }: { user: User }) {
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '', repeated: '' },
    validate: {
      currentPassword: (value) => (value === '' ? 'Enter your current password.' : null),
      newPassword: (value) => (value === '' ? 'Choose a password.' : null),
      repeated: (value, values) => (value === values.newPassword ? null : 'This is not the same password.'),
    },
    onValuesChange: (values) => values.newPassword !== '' && saving.touched(),
  });
  const saving = useSaving(async ({ currentPassword, newPassword }: typeof form.values) => {
    try {
      await changePassword(currentPassword, newPassword);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'wrong_password') throw error;
      throw new ApiError(error.status, error.code, error.message, { currentPassword: error.message });
    }
    form.reset();
    return 'The password was changed, and every other login has ended.';
  }, ['currentPassword', 'newPassword'], form.setErrors);
  return (
    <form onSubmit={form.onSubmit(saving.submit)} noValidate className={classes.form} aria-label="Password">
      {/* For password managers, which ask whose password it is. */}
      <input type="text" autoComplete="username" value={user.username} readOnly hidden />
      <PasswordInput label="Current password" autoComplete="current-password" {...form.getInputProps('currentPassword')} />
      <div className={classes.pair}>
        <PasswordInput label="New password" description="At least 8 characters." autoComplete="new-password" {...form.getInputProps('newPassword')} />
        <PasswordInput label="New password again" description="To be sure that it is what you meant." autoComplete="new-password" {...form.getInputProps('repeated')} />
      </div>
      <SaveBar label="Change password" saving={form.submitting} failure={saving.failure} done={saving.done} />
    </form>
  );
}
