import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
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
    typeOverSelection,
    searchLater(),
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (onRun(), true), preventDefault: true }])),
    keymap.of([
      ...closeBracketsKeymap, ...yUndoManagerKeymap, ...defaultKeymap, ...foldKeymap, ...completionKeymap,
      // Escape, then Tab leaves the editor for those who navigate by keyboard.
      indentWithTab,
    ]),
    editorTheme,
  ];
}

/**
 * Typing over a selection is done here. A browser that does it keeps the look of what it removes in style attributes,
 * which the content security policy stops and reports.
 */
const typeOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType, isComposing } = event;
    const { main } = view.state.selection;
    if (inputType !== 'insertText' || data === null || isComposing || view.composing || main.empty || view.state.readOnly) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, data, insert))) view.dispatch(insert());
    return true;
  },
});

/** Finding is not needed to show a file: it comes when the editor is first used, or asked to find something. */
function searchLater(): Extension {
  const slot = new Compartment();
  const asked = new WeakSet<EditorView>();
  const load = async (view: EditorView) => {
    const { searching, openSearchPanel } = await import('./searching');
    if (!asked.has(view)) view.dispatch({ effects: slot.reconfigure(searching) });
    asked.add(view);
    return openSearchPanel;
  };
  const open = (view: EditorView) => {
    void load(view).then((openSearchPanel) => openSearchPanel(view));
    return true;
  };
  return [
    slot.of([]),
    EditorView.domEventHandlers({ focus: (_, view) => void (asked.has(view) || load(view)) }),
    keymap.of([{ key: 'Mod-f', run: open, preventDefault: true }]),
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
