import { describe, expect, it } from 'vitest';
import { rebase } from './rebase';
import { changeBetween, type Values } from './values';

const base: Values = {
  title: 'Interview', description: '', language: 'python', isPublic: false, publicRole: 'viewer', maxParticipants: 50,
  runRole: 'editor', chatRole: 'viewer', allowGuests: false, autoSave: true, autoSaveMinutes: 10,
};
const names = ['title', 'description', 'maxParticipants'] as const;

describe('Settings that two people change', () => {
  it('keep what was typed and take what only the other changed', () => {
    const result = rebase(names, base, { ...base, title: 'Mine' }, { ...base, description: 'theirs' });
    expect(result.values).toMatchObject({ title: 'Mine', description: 'theirs' });
    expect(result).toMatchObject({ conflicts: [], taken: ['description'] });
  });

  it('are in conflict where both changed the same, to different things', () => {
    const result = rebase(names, base, { ...base, title: 'Mine', maxParticipants: 5 }, { ...base, title: 'Theirs', maxParticipants: 5 });
    expect(result.values).toMatchObject({ title: 'Mine', maxParticipants: 5 });
    expect(result).toMatchObject({ conflicts: ['title'], taken: [] });
  });
});

describe('A change of settings', () => {
  it('names what differs and nothing else', () => {
    expect(changeBetween(base, { ...base, isPublic: true, runRole: 'admin' })).toEqual({ isPublic: true, settings: { runRole: 'admin' } });
    expect(changeBetween(base, { ...base })).toBeNull();
  });
});
