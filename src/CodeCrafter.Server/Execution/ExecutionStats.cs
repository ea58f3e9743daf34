using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution.Queueing;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>The queue as it is, and what ran since the server started, by language.</summary>
internal sealed class ExecutionStats(FairQueue<ExecutionJob> queue, TimeProvider clock, IOptions<ExecutionOptions> options)
{
    private readonly DateTimeOffset _since = clock.GetUtcNow();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Tally> _languages = new(StringComparer.Ordinal);
    private int _running;

    public void Started() => Interlocked.Increment(ref _running);

    public void Ended() => Interlocked.Decrement(ref _running);

    /// <summary>Counts a job that is over.</summary>
    public void Finished(StoredExecution execution)
    {
        lock (_lock)
        {
            if (!_languages.TryGetValue(execution.Language, out var tally))
            {
                _languages[execution.Language] = tally = new Tally();
            }

            tally.Add(execution);
        }
    }

    public ExecutionStatsResponse Describe()
    {
        lock (_lock)
        {
            return new ExecutionStatsResponse(
                _since,
                options.Value.WorkerCount,
                options.Value.QueueCapacity,
                queue.Count,
                _running,
                [.. _languages.Select(language => language.Value.Describe(language.Key))]);
        }
    }

    private sealed class Tally
    {
        private readonly SortedDictionary<RunStatus, int> _statuses = [];
        private int _ran;
        private TimeSpan _waited;
        private TimeSpan _took;
        private TimeSpan _longest;

        public void Add(StoredExecution execution)
        {
            var status = (RunStatus)execution.StatusId;
            _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
            if (execution is { StartedAt: { } started, FinishedAt: { } finished })
            {
                _ran++;
                _waited += started - execution.CreatedAt;
                _took += finished - started;
                _longest = finished - started > _longest ? finished - started : _longest;
            }
        }

        public LanguageStats Describe(string language) => new(
            language,
            _statuses.Values.Sum(),
            _statuses.ToDictionary(status => ExecutionStatus.From(status.Key).Description, status => status.Value),
            AverageOf(_waited),
            AverageOf(_took),
            Math.Round(_longest.TotalMilliseconds, 3));

        private double AverageOf(TimeSpan sum) => _ran == 0 ? 0 : Math.Round(sum.TotalMilliseconds / _ran, 3);
    }
}

/// <param name="Since">When the server started to count.</param>
/// <param name="Workers">Programs that can run at once.</param>
/// <param name="QueueCapacity">Programs that may wait.</param>
/// <param name="Queued">Programs that wait.</param>
/// <param name="Running">Programs that run.</param>
/// <param name="Languages">What is over, by language.</param>
internal sealed record ExecutionStatsResponse(
    DateTimeOffset Since, int Workers, int QueueCapacity, int Queued, int Running, IReadOnlyList<LanguageStats> Languages);

/// <param name="Language">A language id.</param>
/// <param name="Executions">How many jobs ended.</param>
/// <param name="Statuses">How many with which status, by its words.</param>
/// <param name="AverageWaitMs">From the request to the start, of those that started.</param>
/// <param name="AverageTimeMs">From the start to the end.</param>
/// <param name="LongestTimeMs">The longest of them.</param>
internal sealed record LanguageStats(
    string Language, int Executions, IReadOnlyDictionary<string, int> Statuses, double AverageWaitMs, double AverageTimeMs, double LongestTimeMs);
