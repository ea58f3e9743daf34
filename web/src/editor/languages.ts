import type { Extension } from '@codemirror/state';
import { indentUnit, StreamLanguage } from '@codemirror/language';

interface Support {
  load: () => Promise<Extension>;
  indent: string;
}

// Each grammar is a chunk of its own, loaded when a file needs it.
const supports: Record<string, Support> = {
  javascript: { load: async () => (await import('@codemirror/lang-javascript')).javascript({ jsx: true }), indent: '  ' },
  typescript: {
    load: async () => (await import('@codemirror/lang-javascript')).javascript({ jsx: true, typescript: true }),
    indent: '  ',
  },
  python: { load: async () => (await import('@codemirror/lang-python')).python(), indent: '    ' },
  java: { load: async () => (await import('@codemirror/lang-java')).java(), indent: '    ' },
  cpp: { load: async () => (await import('@codemirror/lang-cpp')).cpp(), indent: '    ' },
  c: { load: async () => (await import('@codemirror/lang-cpp')).cpp(), indent: '    ' },
  go: { load: async () => (await import('@codemirror/lang-go')).go(), indent: '\t' },
  ruby: {
    load: async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/ruby')).ruby),
    indent: '  ',
  },
  bash: {
    load: async () => StreamLanguage.define((await import('@codemirror/legacy-modes/mode/shell')).shell),
    indent: '  ',
  },
  rust: { load: async () => (await import('@codemirror/lang-rust')).rust(), indent: '    ' },
};

/** Highlighting, indentation and completion for a language; nothing for one that is not known. */
export async function languageSupport(language: string | null): Promise<Extension> {
  const support = language === null ? undefined : supports[language];
  if (support === undefined) return [];
  return [await support.load(), indentUnit.of(support.indent)];
}
