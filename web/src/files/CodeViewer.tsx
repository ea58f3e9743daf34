import { defaultKeymap } from '@codemirror/commands';
import { foldGutter, foldKeymap } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { languageSupport } from '../editor/languages';
import { languageOf } from '../editor/paths';
import { editorTheme } from '../editor/theme';
import classes from './CodeViewer.module.css';

interface Props {
  path: string;
  text: string;
}

/** A text that is no file of the session, to read and to copy from. Give it a key for each text. */
export default function CodeViewer({ path, text }: Props) {
  const host = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const language = new Compartment();
    const view = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorState.readOnly.of(true),
          EditorState.tabSize.of(4),
          lineNumbers(),
          foldGutter(),
          highlightSpecialChars(),
          drawSelection(),
          keymap.of([...defaultKeymap, ...foldKeymap]),
          language.of([]),
          EditorView.contentAttributes.of({ 'aria-label': `${path}, read only`, 'aria-readonly': 'true', spellcheck: 'false' }),
          EditorView.theme({ '.cm-content': { paddingBottom: '24px' } }),
          editorTheme,
        ],
      }),
    });
    let gone = false;
    void languageSupport(languageOf(path)).then((support) => gone || view.dispatch({ effects: language.reconfigure(support) }));
    return () => {
      gone = true;
      view.destroy();
    };
  }, [path, text]);

  return <div ref={host} className={classes.host} />;
}
