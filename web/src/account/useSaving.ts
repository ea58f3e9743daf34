import { useState } from 'react';
import { showErrors } from './form';

/** Saves what a form has, and remembers what came of it. */
export function useSaving<T>(save: (values: T) => Promise<string>, fields: readonly string[], setErrors: (errors: Record<string, string>) => void) {
  const [failure, setFailure] = useState<string | null>(null);
  const [done, setDone] = useState('');
  const submit = async (values: T) => {
    setFailure(null);
    setDone('');
    try {
      setDone(await save(values));
    } catch (error) {
      setFailure(showErrors(error, fields, setErrors));
    }
  };
  return { failure, done, submit, touched: () => setDone('') };
}
