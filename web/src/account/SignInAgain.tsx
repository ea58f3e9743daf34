import { Anchor, Modal, Text } from '@mantine/core';
import { auth } from '../api';
import type { User } from '../api/types';
import { SignInForm } from './SignInForm';

/** Over the page whose login expired: what is on screen, unsaved edits among it, is still there afterwards. */
export default function SignInAgain({ user }: { user: User }) {
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title="Your login has expired" closeOnEscape={false} closeOnClickOutside={false}>
      <Text size="sm" c="dimmed" mb="md">Sign in again to go on where you are.</Text>
      <SignInForm name={user.username} />
      <Anchor component="button" size="sm" mt="md" onClick={() => auth.forget()}>Sign in as somebody else</Anchor>
    </Modal>
  );
}
