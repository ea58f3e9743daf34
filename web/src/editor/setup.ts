import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import {
  crosshairCursor, drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  keymap, lineNumbers, rectangularSelection, ViewPlugin,
} from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import type * as Y from 'yjs';
import type { SessionDocument } from './document';
import type { PeopleAwareness } from './people';
import { editorTheme } from './theme';

/** What every file is edited with. */
export function baseExtensions(onRun: () => void): Extension {
  return [
    // Yjs counts every character. Taking \r\n for one line end would shift all positions after it.
    EditorState.lineSeparator.of('\n'),
    EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, '\n')),
    EditorState.allowMultipleSelections.of(true),
    EditorState.tabSize.of(4),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    foldGutter(),
    drawSelection(),
    dropCursor(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false }),
    rectangularSelection(),
    crosshairCursor(),
    highlightActiveLine(),
    highlightSelectionMatches({ minSelectionLength: 2 }),
    search(),
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (onRun(), true), preventDefault: true }])),
    keymap.of([
      ...closeBracketsKeymap, ...yUndoManagerKeymap, ...defaultKeymap, ...searchKeymap, ...foldKeymap, ...completionKeymap,
      // Escape, then Tab leaves the editor for those who navigate by keyboard.
      indentWithTab,
    ]),
    editorTheme,
  ];
}

/** Binds an editor to a shared text. */
export function collaboration(document: SessionDocument, text: Y.Text): Extension {
  return [
    yCollab(text, document.awareness, { undoManager: document.undoManager(text) }),
    peopleMoving(document.awareness),
  ];
}

const NAMES_SHOWN_MS = 2500;

/** Shows the names at the remote cursors for a while after somebody moved. */
function peopleMoving(awareness: PeopleAwareness): Extension {
  return ViewPlugin.define((view) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = ({ added, updated }: { added: number[]; updated: number[] }) => {
      if (![...added, ...updated].some((id) => id !== awareness.clientID)) return;
      view.dom.classList.add('cm-peopleMoving');
      clearTimeout(timer);
      timer = setTimeout(() => view.dom.classList.remove('cm-peopleMoving'), NAMES_SHOWN_MS);
    };
    awareness.on('change', onChange);
    return {
      destroy: () => {
        clearTimeout(timer);
        awareness.off('change', onChange);
      },
    };
  });
}
