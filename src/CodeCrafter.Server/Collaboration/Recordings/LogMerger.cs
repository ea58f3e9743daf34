using CodeCrafter.Crdt;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>Merges the updates of a log that one author made within one second.</summary>
/// <remarks>
/// A merged update stands at the place of its last one. So whoever loads a snapshot and the log behind it gets everything
/// that the snapshot lacks, and some of what it has again, which changes nothing. Two authors of one second may depend on
/// each other; what comes before its cause waits for it in the document, and at the end of the second all is there.
/// </remarks>
internal static class LogMerger
{
    private const int MillisecondsPerSecond = 1000;

    /// <param name="updates">A stretch of a log, in order.</param>
    /// <returns>What says the same, in order; null where there is nothing to merge.</returns>
    /// <exception cref="MalformedUpdateException">One of the updates is none.</exception>
    public static IReadOnlyList<RecordedUpdate>? Merge(IReadOnlyList<RecordedUpdate> updates)
    {
        var merged = new List<RecordedUpdate>();
        for (var start = 0; start < updates.Count;)
        {
            // The clock may have jumped back: only what lies together in the log is of the same second.
            var end = start + 1;
            while (end < updates.Count && SecondOf(updates[end]) == SecondOf(updates[start]))
            {
                end++;
            }

            merged.AddRange(updates.Skip(start).Take(end - start)
                .GroupBy(update => update.AuthorId)
                .Select(group => MergeOne([.. group]))
                .OrderBy(update => update.Sequence));
            start = end;
        }

        return merged.Count < updates.Count ? merged : null;
    }

    /// <summary>
    /// How many of these updates belong to seconds that are complete: the last second may go on behind the stretch. All,
    /// where there is only one second.
    /// </summary>
    public static int CountComplete(IReadOnlyList<RecordedUpdate> updates)
    {
        var count = updates.Count;
        while (count > 0 && SecondOf(updates[count - 1]) == SecondOf(updates[^1]))
        {
            count--;
        }

        return count > 0 ? count : updates.Count;
    }

    private static RecordedUpdate MergeOne(IReadOnlyList<RecordedUpdate> updates) => updates is [var only]
        ? only
        : updates[^1] with { Data = Update.MergeUpdates(updates.Select(update => update.Data)) };

    private static long SecondOf(RecordedUpdate update) => update.At.ToUnixTimeMilliseconds() / MillisecondsPerSecond;
}
