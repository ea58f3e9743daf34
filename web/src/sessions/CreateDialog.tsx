import { Alert, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { showErrors } from '../account/form';
import { readPreferences } from '../account/preferences';
import { auth } from '../api';
import { useLanguages } from '../api/languages';
import { createSession } from '../api/sessions';
import type { PublicRole } from '../api/types';
import { Dialog } from '../app/Dialog';
import { languageOptions } from './languageOptions';
import { VisibilityFields } from './VisibilityFields';

export function CreateDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  if (!opened) return null;
  return <Dialog onClose={onClose} title="New session"><CreateForm onClose={onClose} /></Dialog>;
}

function preferredLanguage(): string {
  const state = auth.state.get();
  return ('user' in state ? readPreferences(state.user.preferences).language : undefined) ?? 'python';
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const languages = useLanguages();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: { title: '', description: '', language: preferredLanguage(), isPublic: false, publicRole: 'viewer' as PublicRole },
    validate: { title: (value) => (value.trim() === '' ? 'Give it a title.' : null) },
  });

  const submit = form.onSubmit(async ({ title, description, language, isPublic, publicRole }) => {
    setFailure(null);
    try {
      const draft = { title: title.trim(), description: description.trim() || undefined, language, isPublic, settings: { publicRole } };
      const session = await createSession(draft);
      onClose();
      navigate(`/s/${session.id}`);
    } catch (error) {
      setFailure(showErrors(error, ['title', 'description', 'language'], form.setErrors));
    }
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        <TextInput label="Title" data-autofocus placeholder="Interview, lesson 3, …" maxLength={200} {...form.getInputProps('title')} />
        <TextInput label="Description" description="Optional" maxLength={2000} {...form.getInputProps('description')} />
        <NativeSelect label="Language" data={languageOptions(languages)} {...form.getInputProps('language')} />
        <VisibilityFields
          isPublic={form.values.isPublic}
          publicSwitch={form.getInputProps('isPublic', { type: 'checkbox' })}
          roleSelect={form.getInputProps('publicRole')}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={form.submitting}>Create session</Button>
        </Group>
      </Stack>
    </form>
  );
}
