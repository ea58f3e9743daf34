import { useForm } from '@mantine/form';
import { useState } from 'react';
import { showErrors } from '../../account/form';
import { ApiError } from '../../api/problem';
import { changeSession, getSession } from '../../api/sessions';
import type { Session } from '../../api/types';
import type { Room } from '../room';
import type { Meanwhile } from './Conflict';
import { rebase } from './rebase';
import { changeBetween, fields, valuesOf, type Values } from './values';

/**
 * The settings of a session in a form. What is saved is what differs from how the session was read, and only if nobody was
 * faster: else the form takes in what the other wrote, keeps what was typed, and can be saved again.
 */
export function useSettingsForm(room: Room, onSaved: () => void) {
  const [base, setBase] = useState<Session>(room.session.get);
  const [failure, setFailure] = useState<string | null>(null);
  const [meanwhile, setMeanwhile] = useState<Meanwhile | null>(null);
  const form = useForm<Values>({
    initialValues: valuesOf(base),
    validate: {
      title: (value) => (value.trim() === '' ? 'Give it a title.' : null),
      maxParticipants: (value) => (typeof value === 'number' ? null : 'Enter a number.'),
      autoSaveMinutes: (value) => (typeof value === 'number' ? null : 'Enter a number.'),
    },
  });

  const takeIn = async (mine: Values) => {
    const current = await getSession(room.id);
    const theirs = valuesOf(current);
    const { values, conflicts, taken } = rebase(fields, valuesOf(base), mine, theirs);
    room.accept(current);
    setBase(current);
    setMeanwhile({ theirs, conflicts, taken });
    form.setValues(values);
  };
  const submit = form.onSubmit(async (typed) => {
    setFailure(null);
    const mine = { ...typed, title: typed.title.trim(), description: typed.description.trim() };
    const change = changeBetween(valuesOf(base), mine);
    if (change === null) return onSaved();
    try {
      room.accept(await changeSession(room.id, change, base.version));
      onSaved();
    } catch (error) {
      try {
        if (!(error instanceof ApiError) || error.code !== 'session_changed') throw error;
        await takeIn(mine);
      } catch (trouble) {
        setFailure(showErrors(trouble, fields, form.setErrors));
      }
    }
  });
  const takeTheirs = (name: keyof Values) => {
    form.setFieldValue(name, meanwhile!.theirs[name]);
    setMeanwhile((before) => before && {
      ...before, conflicts: before.conflicts.filter((other) => other !== name), taken: [...before.taken, name],
    });
  };
  return { form, submit, failure, meanwhile, takeTheirs };
}
