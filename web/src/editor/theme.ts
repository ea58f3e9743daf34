import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags as t } from '@lezer/highlight';

// Colours are variables of the page (app/global.css), so light and dark need no second theme.
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--code-text)', backgroundColor: 'var(--code-bg)', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.6', overscrollBehavior: 'contain' },
  '.cm-content': { padding: '14px 0 40vh', caretColor: 'var(--code-caret)' },
  '.cm-gutters': { backgroundColor: 'var(--code-bg)', color: 'var(--code-gutter)', border: 'none', paddingLeft: '6px' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '28px', padding: '0 6px 0 4px' },
  '.cm-foldGutter .cm-gutterElement': { width: '14px', cursor: 'pointer', opacity: '0', transition: 'opacity 120ms' },
  '.cm-gutters:hover .cm-foldGutter .cm-gutterElement': { opacity: '1' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--code-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--code-line)', color: 'var(--code-text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--code-caret)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'var(--code-selection)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--code-match)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--code-match)', outline: '1px solid var(--code-border)' },
  '&.cm-focused .cm-nonmatchingBracket': { color: 'var(--out-stderr)', backgroundColor: 'transparent' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--code-match)', border: 'none', color: 'var(--code-gutter)', padding: '0 6px' },
  '.cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--mantine-color-text)', fontFamily: 'var(--mantine-font-family)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '8px 30px 8px 10px', fontSize: '13px' },
  '.cm-textfield': {
    backgroundColor: 'var(--code-bg)', border: '1px solid var(--line-strong)', borderRadius: '4px', padding: '3px 7px', fontSize: '13px',
  },
  '.cm-button': {
    backgroundImage: 'none', backgroundColor: 'var(--surface-hover)', border: '1px solid var(--line)', borderRadius: '4px',
    padding: '3px 8px', fontSize: '12px', color: 'inherit', cursor: 'pointer',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--code-search)' },
  '.cm-searchMatch.cm-searchMatch-selected': { outline: '1px solid var(--code-caret)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface-raised)', border: '1px solid var(--line)', borderRadius: '6px', boxShadow: 'var(--mantine-shadow-md)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '12.5px', maxHeight: '14em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--mantine-primary-color-filled)', color: 'white' },
  // Remote cursors: the name shows while people move and on hover, at the right end of the line, where it covers no code
  // but that of the longest lines. For that the line, and not the caret, is what it is placed by.
  '.cm-line': { position: 'relative', padding: '0 16px 0 8px' },
  '.cm-ySelectionCaret': { transition: 'none', position: 'static' },
  '.cm-ySelectionCaretDot': { display: 'none' },
  '.cm-ySelectionInfo': {
    top: '0.1em', left: 'auto', right: '10px', fontFamily: 'var(--mantine-font-family)', fontSize: '11px', fontWeight: '600', lineHeight: '1.5',
    padding: '1px 6px', borderRadius: '3px', color: 'white', opacity: '0', transition: 'none', pointerEvents: 'none', zIndex: '5',
  },
  '&.cm-peopleMoving .cm-ySelectionInfo': { opacity: '1' },
});

const colors = HighlightStyle.define([
  { tag: [t.keyword, t.modifier, t.operatorKeyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword], color: 'var(--syn-keyword)' },
  { tag: [t.string, t.special(t.string), t.character, t.attributeValue], color: 'var(--syn-string)' },
  { tag: [t.regexp, t.escape], color: 'var(--syn-escape)' },
  { tag: [t.number, t.bool, t.null, t.atom, t.self], color: 'var(--syn-number)' },
  { tag: [t.comment, t.lineComment, t.blockComment, t.docComment], color: 'var(--syn-comment)', fontStyle: 'italic' },
  { tag: [t.function(t.variableName), t.function(t.propertyName), t.macroName], color: 'var(--syn-function)' },
  { tag: [t.definition(t.function(t.variableName))], color: 'var(--syn-function)', fontWeight: '600' },
  { tag: [t.typeName, t.className, t.namespace, t.standard(t.typeName), t.tagName], color: 'var(--syn-type)' },
  { tag: [t.propertyName, t.attributeName, t.labelName], color: 'var(--syn-property)' },
  { tag: [t.operator, t.punctuation, t.separator, t.bracket], color: 'var(--syn-punctuation)' },
  { tag: [t.meta, t.annotation, t.processingInstruction], color: 'var(--syn-meta)' },
  { tag: t.invalid, color: 'var(--out-stderr)' },
]);

export const editorTheme = [look, syntaxHighlighting(colors)];
