import { foldGutter } from '@codemirror/language';
import { Compartment, EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration, drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers, WidgetType, type DecorationSet,
} from '@codemirror/view';
import { defaultKeymap } from '@codemirror/commands';
import { useEffect, useRef } from 'react';
import { languageSupport } from '../editor/languages';
import { editorTheme } from '../editor/theme';
import { personColor } from '../lib/colors';
import classes from './Playback.module.css';

/** Somebody's place in the text. */
export interface NamedCaret {
  id: string;
  name: string;
  index: number;
}

interface Props {
  path: string;
  text: string;
  language: string | null;
  carets: readonly NamedCaret[];
  /** Scrolls to where this person types. */
  followed: string | null;
}

/** A file as it was, in an editor that cannot edit. Give it a key for each path. */
export default function ReplayEditor({ path, text, language, carets, followed }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const languageSlot = useRef(new Compartment());

  useEffect(() => {
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        extensions: [
          // As in the editor: Yjs counts every character.
          EditorState.lineSeparator.of('\n'),
          EditorState.tabSize.of(4),
          EditorState.readOnly.of(true),
          // Still focusable, so that it can be scrolled, selected and copied by keyboard.
          EditorView.contentAttributes.of({ 'aria-label': `Replayed file, ${path}`, 'aria-readonly': 'true', spellcheck: 'false' }),
          lineNumbers(),
          highlightSpecialChars(),
          foldGutter(),
          drawSelection(),
          keymap.of(defaultKeymap),
          editorTheme,
          caretField,
          caretTheme,
          languageSlot.current.of([]),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [path]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const changes = change(editor.state.doc.toString(), text);
    const at = carets.find((caret) => caret.id === followed);
    editor.dispatch({
      ...(changes === null ? {} : { changes }),
      effects: [
        setCarets.of(carets),
        // Only where something was typed: somebody who scrolls while nothing happens is left alone.
        ...(changes !== null && at !== undefined ? [EditorView.scrollIntoView(Math.min(at.index, text.length), { y: 'nearest', yMargin: 40 })] : []),
      ],
    });
  }, [path, text, carets, followed]);

  useEffect(() => {
    let stale = false;
    void languageSupport(language).then((support) => {
      if (!stale) view.current?.dispatch({ effects: languageSlot.current.reconfigure(support) });
    });
    return () => {
      stale = true;
    };
  }, [path, language]);

  return <div ref={host} className={classes.editor} />;
}

/** The one change that makes a text another; null where they are the same. Only it is drawn and parsed anew. */
export function change(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (end < shorter - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

const setCarets = StateEffect.define<readonly NamedCaret[]>();

const caretField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (decorations, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(setCarets)) {
        const { length } = transaction.newDoc;
        return Decoration.set(
          effect.value.map((caret) => Decoration.widget({ widget: new CaretWidget(caret), side: 1 }).range(Math.min(caret.index, length))),
          true,
        );
      }
    }
    return decorations.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

class CaretWidget extends WidgetType {
  constructor(private readonly caret: NamedCaret) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    return other.caret.id === this.caret.id && other.caret.name === this.caret.name;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement('span');
    mark.className = 'cm-replayCaret';
    const label = document.createElement('span');
    label.className = 'cm-replayName';
    label.textContent = this.caret.name;
    // Set by script: the page's policy allows no styles in markup.
    const { color } = personColor(this.caret.id);
    mark.style.borderLeftColor = color;
    label.style.backgroundColor = color;
    mark.append(label);
    return mark;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const caretTheme = EditorView.theme({
  '.cm-replayCaret': { borderLeft: '2px solid', marginLeft: '-1px', marginRight: '-1px' },
  '.cm-replayName': {
    position: 'absolute', top: '0.1em', right: '10px', fontFamily: 'var(--mantine-font-family)', fontSize: '11px', fontWeight: '600',
    lineHeight: '1.5', padding: '1px 6px', borderRadius: '3px', color: 'white', pointerEvents: 'none',
  },
});
