import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { keymap } from '@codemirror/view';

export { openSearchPanel } from '@codemirror/search';

/** Finding and replacing: loaded when somebody first works in the editor. */
export const searching = [highlightSelectionMatches({ minSelectionLength: 2 }), search(), keymap.of(searchKeymap)];
