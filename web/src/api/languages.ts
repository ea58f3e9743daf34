import { useEffect, useState } from 'react';
import { request } from './index';
import type { Language } from './types';

let cached: Promise<Language[]> | null = null;

function load(): Promise<Language[]> {
  cached ??= request<{ languages: Language[] }>('GET', '/api/execute/languages').then(
    (reply) => reply.languages,
    (error: unknown) => {
      cached = null;
      throw error;
    },
  );
  return cached;
}

/** The languages that the server knows; undefined while they are loading, and the product's own ten if that fails. */
export function useLanguages(): Language[] | undefined {
  const [languages, setLanguages] = useState<Language[]>();
  useEffect(() => {
    let gone = false;
    load().then(
      (list) => !gone && setLanguages(list),
      () => !gone && setLanguages(known),
    );
    return () => {
      gone = true;
    };
  }, []);
  return languages;
}

const entry = (id: string, name: string, fileName: string): Language =>
  ({ id, name, fileName, version: null, available: true });

/** The languages that come with the server. */
export const known: Language[] = [
  entry('python', 'Python', 'main.py'),
  entry('javascript', 'JavaScript', 'main.js'),
  entry('java', 'Java', 'Main.java'),
  entry('cpp', 'C++', 'main.cpp'),
  entry('c', 'C', 'main.c'),
  entry('go', 'Go', 'main.go'),
  entry('rust', 'Rust', 'main.rs'),
  entry('typescript', 'TypeScript', 'main.ts'),
  entry('ruby', 'Ruby', 'main.rb'),
  entry('bash', 'Bash', 'main.sh'),
];

export function languageName(id: string, languages: Language[] | undefined): string {
  return (languages ?? known).find((l) => l.id === id)?.name ?? id;
}
