using System.Diagnostics;
using System.Diagnostics.Metrics;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Execution;

/// <summary>What there is to measure about runs, under the meter <c>CodeCrafter</c>.</summary>
internal sealed class ExecutionMetrics
{
    // Milliseconds for what waits in no queue, up to the most that a run may take.
    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    };

    private readonly Histogram<double> _waits;
    private readonly Histogram<double> _durations;
    private readonly UpDownCounter<long> _unfinished;

    public ExecutionMetrics(CodeCrafterMetrics metrics)
    {
        _waits = metrics.Meter.CreateHistogram(
            "codecrafter.execution.wait", "s", "Time between the request and the start of a run.", tags: null, s_seconds);
        _durations = metrics.Meter.CreateHistogram(
            "codecrafter.execution.duration", "s", "Time between start and end of a run, by language and status.", tags: null, s_seconds);
        _unfinished = metrics.Meter.CreateUpDownCounter<long>("codecrafter.execution.unfinished", "{job}", "Runs that wait or go on.");
    }

    public void Queued() => _unfinished.Add(1);

    public void Finished(StoredExecution execution)
    {
        _unfinished.Add(-1);
        if (execution is { StartedAt: { } started, FinishedAt: { } finished })
        {
            var tags = new TagList { { "language", execution.Language }, { "status", execution.StatusId } };
            _waits.Record((started - execution.CreatedAt).TotalSeconds);
            _durations.Record((finished - started).TotalSeconds, tags);
        }
    }
}
