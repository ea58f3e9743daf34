import { Alert, Button, NativeSelect, NumberInput, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useLanguages } from '../api/languages';
import type { Role } from '../api/types';
import { Dialog } from '../app/Dialog';
import { languageOptions } from '../sessions/languageOptions';
import { VisibilityFields } from '../sessions/VisibilityFields';
import { rolesFrom } from './people/roles';
import type { Room } from './room';
import { Conflict } from './settings/Conflict';
import { useSettingsForm } from './settings/useSettingsForm';
import { labels } from './settings/values';
import classes from './settings/Settings.module.css';

const from = (...roles: Role[]) => roles.map((role) => ({ value: role, label: role === 'viewer' ? 'Everybody' : capital(rolesFrom(role)) }));
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export default function SettingsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  return (
    <Dialog title="Session settings" size={520} onClose={onClose}>
      <SettingsForm room={room} onClose={onClose} />
    </Dialog>
  );
}

function SettingsForm({ room, onClose }: { room: Room; onClose: () => void }) {
  const languages = useLanguages();
  const { form, submit, failure, meanwhile, takeTheirs } = useSettingsForm(room, onClose);
  const checkbox = (name: string) => form.getInputProps(name, { type: 'checkbox' });
  const field = (name: keyof typeof labels) => ({ label: labels[name], ...form.getInputProps(name) });

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        {meanwhile !== null && <Conflict meanwhile={meanwhile} onTake={takeTheirs} />}
        <TextInput data-autofocus maxLength={200} {...field('title')} />
        <Textarea autosize minRows={2} maxRows={6} maxLength={2000} {...field('description')} />
        <NativeSelect data={languageOptions(languages)} {...field('language')} />
        <fieldset className={classes.group}>
          <legend>Who comes in</legend>
          <VisibilityFields
            isPublic={form.values.isPublic}
            publicSwitch={checkbox('isPublic')}
            roleSelect={form.getInputProps('publicRole')}
          />
          <Switch
            label={labels.allowGuests}
            description="Whoever has a link may come in without an account, under a name that they choose."
            {...checkbox('allowGuests')}
          />
          <NumberInput min={1} allowDecimal={false} {...field('maxParticipants')} />
        </fieldset>
        <fieldset className={classes.group}>
          <legend>What they may do</legend>
          <div className={classes.pair}>
            <NativeSelect data={from('editor', 'admin', 'owner')} {...field('runRole')} />
            <NativeSelect data={from('viewer', 'editor', 'admin', 'owner')} {...field('chatRole')} />
          </div>
        </fieldset>
        <fieldset className={classes.group}>
          <legend>Snapshots</legend>
          <Switch
            label={labels.autoSave}
            description="A state to go back to, kept while people edit. Every edit is saved in any case."
            {...checkbox('autoSave')}
          />
          {form.values.autoSave && <NumberInput min={1} max={1440} allowDecimal={false} {...field('autoSaveMinutes')} />}
        </fieldset>
      </Stack>
      <div className={classes.actions}>
        <Button variant="default" onClick={onClose}>Cancel</Button>
        <Button type="submit" loading={form.submitting}>{meanwhile === null ? 'Save' : 'Save again'}</Button>
      </div>
    </form>
  );
}
