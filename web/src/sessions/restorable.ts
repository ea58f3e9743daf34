/** How long a deleted session can be brought back, as servers are set; the list of deleted ones has the day of each. */
export const RESTORABLE_FOR = '30 days, unless this server is set otherwise';
