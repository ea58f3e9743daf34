import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { messageOf } from '../../api/problem';
import { setRole } from '../../api/sessions';
import type { Role } from '../../api/types';
import type { Room } from '../room';
import { assignableRoles } from './roles';
import classes from './People.module.css';

/** Lets an admin add somebody who has an account. */
export function AddPerson({ room }: { room: Room }) {
  const [name, setName] = useState('');
  const [role, setRoleValue] = useState<Role>('editor');
  const [error, setError] = useState<string | null>(null);
  const [added, setAdded] = useState('');
  const [adding, setAdding] = useState(false);

  const add = async (event: FormEvent) => {
    event.preventDefault();
    const username = name.trim().replace(/^@/, '');
    setAdded('');
    if (username === '') return setError('Enter a username.');
    if (room.participants.get().some((p) => p.user.username.toLowerCase() === username.toLowerCase())) {
      return setError(`${username} is in the session already. Change the role in the list.`);
    }
    setAdding(true);
    setError(null);
    try {
      const participant = await setRole(room.id, `@${username}`, role);
      room.upsert({ ...participant, isOnline: participant.isOnline ?? false });
      setName('');
      setAdded(`${participant.user.username} was added.`);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setAdding(false);
    }
  };

  return (
    <form className={classes.add} onSubmit={(event) => void add(event)}>
      <TextInput
        label="Add by username"
        size="xs"
        placeholder="username"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={name}
        error={error}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setError(null);
        }}
        className={classes.addName}
      />
      <NativeSelect
        size="xs"
        aria-label="Role of the new participant"
        data={assignableRoles()}
        value={role}
        onChange={(event) => setRoleValue(event.currentTarget.value as Role)}
        className={classes.addRole}
      />
      <Button size="xs" variant="default" type="submit" loading={adding}>Add</Button>
      <span role="status" className={classes.added}>{added}</span>
    </form>
  );
}
