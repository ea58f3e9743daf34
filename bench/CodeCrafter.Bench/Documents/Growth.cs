using System.Diagnostics;
using System.Runtime.CompilerServices;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Crdt;

namespace CodeCrafter.Bench.Documents;

/// <summary>What a step costs for each edit when the document is small, and when it is large.</summary>
/// <param name="Small">Nanoseconds, or bytes, for each edit.</param>
/// <param name="Large">The same in the large document.</param>
internal sealed record GrowthRow(string Step, double Small, double Large)
{
    public double Ratio => Large / Small;
}

/// <summary>The cost of one edit at a size of the document.</summary>
internal sealed record FlatRow(int Edits, double LocalNanoseconds, double ApplyNanoseconds);

/// <summary>Bytes that are allocated for one keystroke.</summary>
/// <param name="Local">By a local edit to which nobody listens.</param>
/// <param name="Emitted">By a local edit with a listener, beside the array that it is handed.</param>
/// <param name="Applied">By applying the update.</param>
internal sealed record AllocationRow(double Local, double Emitted, double Applied);

/// <summary>How the costs of a document grow with it.</summary>
internal static class Growth
{
    private const int Batch = 4096;

    /// <summary>
    /// A trace is played again and again into one document, each time at the positions of the first: what was there
    /// before moves to the end. The update of each edit is applied to a second document.
    /// </summary>
    /// <returns>Each step at once and at <paramref name="times"/> times the trace.</returns>
    public static IReadOnlyList<GrowthRow> Repeat(Workload trace, int times)
    {
        // Compiled and optimised by then.
        for (var i = 0; i < 5; i++)
        {
            Measure(trace, 1);
        }

        var small = Enumerable.Range(0, 5).Select(_ => Measure(trace, 1)).ToList();
        var large = Measure(trace, times);
        return [.. large.Select((row, step) => new GrowthRow(row.Step, small.Select(run => run[step].Cost).Order().ElementAt(small.Count / 2), row.Cost))];
    }

    /// <summary>
    /// Words are typed, character by character, at random places of one document; every fifth word is deleted
    /// elsewhere in exchange. The costs are those of the last tenth before each mark.
    /// </summary>
    public static IReadOnlyList<FlatRow> Flat(IReadOnlyList<int> marks)
    {
        // Compiled and optimised by then.
        for (var i = 0; i < 10; i++)
        {
            new TypingSession().Advance(marks[0]);
        }

        var session = new TypingSession();
        var rows = new List<FlatRow>();
        foreach (var mark in marks)
        {
            session.Advance(mark - (mark / 10));
            GC.Collect();
            var before = session.Times;
            session.Advance(mark);
            rows.Add(new FlatRow(mark, (session.Times.Local - before.Local) / (mark / 10), (session.Times.Apply - before.Apply) / (mark / 10)));
        }

        return rows;
    }

    /// <summary>Counts what a trace's keystrokes allocate.</summary>
    public static AllocationRow Allocations(Workload trace)
    {
        var updates = new byte[trace.UpdateCount][];
        var silent = Allocated(() => Play(trace, new Doc(1), null));
        var next = 0;
        var emitting = Allocated(() => Play(trace, new Doc(1), update => updates[next++] = update));
        // An array has a header of 16 bytes and its length in 8 more, and ends at a multiple of 8.
        var arrays = updates.Sum(update => (double)((update.Length + 24 + 7) & ~7));
        var applied = Allocated(() =>
        {
            var doc = new Doc(2);
            foreach (var update in updates)
            {
                doc.ApplyUpdate(update);
            }
        });
        return new AllocationRow(silent / updates.Length, (emitting - arrays) / updates.Length, applied / updates.Length);
    }

    private static double Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Play(Workload trace, Doc doc, Action<byte[]>? emitted)
    {
        if (emitted is not null)
        {
            doc.UpdateEmitted += (update, _) => emitted(update);
        }

        var text = doc.GetText(Workload.Root);
        foreach (var transaction in trace.Transactions)
        {
            DocumentWorker.EditText(doc, text, transaction.Edits);
        }
    }

    private static IReadOnlyList<(string Step, double Cost)> Measure(Workload trace, int times)
    {
        var (doc, copy) = (new Doc(1), new Doc(2));
        var (text, updates) = (doc.GetText(Workload.Root), new List<byte[]>(Batch));
        doc.UpdateEmitted += (update, _) => updates.Add(update);
        var (local, apply) = (TimeSpan.Zero, TimeSpan.Zero);
        GC.Collect();
        for (var time = 0; time < times; time++)
        {
            for (var at = 0; at < trace.Transactions.Count; at += Batch)
            {
                local += Time(() =>
                {
                    for (var i = at; i < Math.Min(at + Batch, trace.Transactions.Count); i++)
                    {
                        DocumentWorker.EditText(doc, text, trace.Transactions[i].Edits);
                    }
                });
                apply += Time(() => ApplyAll(copy, updates));
                updates.Clear();
            }
        }

        double edits = (double)trace.EditCount * times;
        byte[] state = [];
        var encode = Time(() => state = copy.EncodeStateAsUpdate());
        var expected = string.Concat(Enumerable.Repeat(trace.Expected, times));
        var loaded = new Doc(3);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var load = Time(() => loaded.ApplyUpdate(state));
        var read = TimeRead(loaded, expected);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        // What was there before must be there after.
        GC.KeepAlive((loaded, doc, copy, state, expected));
        return
        [
            ("local edit, ns", local.TotalNanoseconds / edits), ("apply its update, ns", apply.TotalNanoseconds / edits), ("encode, ns", encode.TotalNanoseconds / edits),
            ("load, ns", load.TotalNanoseconds / edits), ("read the text, ns", read.TotalNanoseconds / edits), ("state, bytes", state.Length / edits), ("memory, bytes", memory / edits),
        ];
    }

    // A method of its own, so that nothing of the text is left on the stack when memory is measured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TimeSpan TimeRead(Doc doc, string expected)
    {
        var content = "";
        var read = Time(() => content = doc.GetText(Workload.Root).ToString());
        return content == expected ? read : throw new WrongAnswerException("The text in the end is not that of the trace.");
    }

    private static void ApplyAll(Doc doc, List<byte[]> updates)
    {
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update);
        }
    }

    private static TimeSpan Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private sealed class TypingSession
    {
        private const int WordLength = 8;
        private static readonly string[] _letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];

        private readonly Random _random = new(20);
        private readonly Doc _doc = new(1);
        private readonly Doc _copy = new(2);
        private readonly YText _text;
        private readonly List<byte[]> _updates = new(Batch);
        private int _edits;
        private int _place;

        public TypingSession()
        {
            _text = _doc.GetText(Workload.Root);
            _doc.UpdateEmitted += (update, _) => _updates.Add(update);
        }

        /// <summary>What all edits so far have cost, in nanoseconds.</summary>
        public (double Local, double Apply) Times { get; private set; }

        public void Advance(int edits)
        {
            while (_edits < edits)
            {
                var local = Time(() =>
                {
                    for (var i = 0; i < Batch && _edits < edits; i++)
                    {
                        Edit(_edits++);
                    }
                });
                var apply = Time(() => ApplyAll(_copy, _updates));
                _updates.Clear();
                Times = (Times.Local + local.TotalNanoseconds, Times.Apply + apply.TotalNanoseconds);
            }
        }

        private void Edit(int number)
        {
            if (number % (5 * WordLength) == 0 && _text.Length > WordLength)
            {
                _text.Delete(_random.Next(_text.Length - WordLength), WordLength);
                _place = _random.Next(_text.Length + 1);
                return;
            }

            if (number % WordLength == 0)
            {
                _place = _random.Next(_text.Length + 1);
            }

            _text.Insert(_place++, _letters[number % 26]);
        }
    }
}
