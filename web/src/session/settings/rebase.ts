export interface Rebased<T, K> {
  /** What was typed, and of the rest what the other wrote. */
  values: T;
  /** Changed by both, to different things: what was typed stays until somebody decides. */
  conflicts: K[];
  /** Changed by the other alone. */
  taken: K[];
}

/** Carries the changes that one made to `base` over to what another made of it meanwhile. */
export function rebase<T extends object, K extends keyof T>(names: readonly K[], base: T, mine: T, theirs: T): Rebased<T, K> {
  const values = { ...theirs };
  const conflicts: K[] = [];
  const taken: K[] = [];
  for (const name of names) {
    const [before, typed, other] = [base[name], mine[name], theirs[name]];
    if (typed !== before) values[name] = typed;
    if (other === before || other === typed) continue;
    (typed === before ? taken : conflicts).push(name);
  }
  return { values, conflicts, taken };
}
