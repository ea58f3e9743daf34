import { Compartment, EditorSelection, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type * as Y from 'yjs';
import type { SessionDocument } from './document';
import { languageSupport } from './languages';
import { baseExtensions, collaboration } from './setup';
import classes from './CodeEditor.module.css';

interface Props {
  document: SessionDocument;
  path: string;
  text: Y.Text;
  language: string | null;
  readOnly: boolean;
  onRun: () => void;
}

/** One file in CodeMirror, shared through Yjs. Give it a key for each text: it does not change texts. */
export default function CodeEditor({ document, path, text, language, readOnly, onRun }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const compartments = useRef({ language: new Compartment(), access: new Compartment() });
  const run = useRef(onRun);
  run.current = onRun;

  useEffect(() => {
    const { language: languageSlot, access } = compartments.current;
    const place = places.get(text);
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: text.toString(),
        selection: place && EditorSelection.cursor(Math.min(place.cursor, text.length)),
        extensions: [
          baseExtensions(() => run.current()),
          languageSlot.of([]),
          access.of([]),
          collaboration(document, text),
        ],
      }),
    });
    view.current = editor;
    if (place !== undefined) requestAnimationFrame(() => editor.scrollDOM.scrollTo({ top: place.top }));
    return () => {
      places.set(text, { cursor: editor.state.selection.main.head, top: editor.scrollDOM.scrollTop });
      view.current = null;
      editor.destroy();
    };
  }, [document, text]);

  useEffect(() => {
    view.current?.dispatch({
      effects: compartments.current.access.reconfigure([
        EditorState.readOnly.of(readOnly),
        // Still focusable, so that a reader can select, copy and search by keyboard.
        EditorView.contentAttributes.of({
          'aria-label': `Code editor, ${path}`,
          'aria-readonly': String(readOnly),
          ...(readOnly ? {} : { 'aria-description': 'Tab indents. To leave the editor by keyboard, press Escape, then Tab.' }),
          tabindex: '0',
          autocapitalize: 'off',
          autocorrect: 'off',
          spellcheck: 'false',
        }),
      ]),
    });
  }, [document, text, path, readOnly]);

  useEffect(() => {
    let stale = false;
    void languageSupport(language).then((support) => {
      if (!stale) view.current?.dispatch({ effects: compartments.current.language.reconfigure(support) });
    });
    return () => {
      stale = true;
    };
  }, [document, text, language]);

  return <div ref={host} className={classes.host} />;
}

/** Where the reader was in each file, for when its tab is opened again. */
const places = new WeakMap<Y.Text, { cursor: number; top: number }>();
