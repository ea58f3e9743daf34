namespace CodeCrafter.Crdt.Mutation;

internal enum Outcome
{
    Started,
    Killed,
    Timeout,
    Survived,
    NoCoverage,
}

/// <summary>What became of the mutants so far: a line for each event, so that another process can go on where one ends.</summary>
internal sealed class Results(string folder, int part)
{
    private readonly string _path = Path.Combine(folder, $"results-{part}.tsv");
    private readonly Lock _lock = new();
    private bool _isClosed;

    public static Dictionary<int, Outcome> Read(string folder) =>
        Directory.EnumerateFiles(folder, "results-*.tsv")
            .SelectMany(File.ReadLines)
            .Select(line => line.Split('\t'))
            .GroupBy(fields => int.Parse(fields[0]), fields => Enum.Parse<Outcome>(fields[1]))
            .ToDictionary(events => events.Key, FromEvents);

    public void Add(int mutant, Outcome outcome)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                File.AppendAllText(_path, $"{mutant}\t{outcome}\n");
            }
        }
    }

    /// <summary>Adds the last result of this process.</summary>
    public void Close(int mutant, Outcome outcome)
    {
        lock (_lock)
        {
            Add(mutant, outcome);
            _isClosed = true;
        }
    }

    // A mutant that ended two processes, by a stack overflow say, is one that tests notice.
    private static Outcome FromEvents(IEnumerable<Outcome> events)
    {
        var all = events.ToList();
        var last = all[^1];
        return last == Outcome.Started && all.Count >= 2 ? Outcome.Killed : last;
    }
}
