using System.Diagnostics;
using System.Diagnostics.Metrics;
using CodeCrafter.Server.Platform;

namespace CodeCrafter.Server.Execution;

/// <summary>What there is to measure about runs, under the meter <c>CodeCrafter</c>.</summary>
internal sealed class ExecutionMetrics
{
    private readonly Histogram<double> _waits;
    private readonly Histogram<double> _durations;
    private readonly UpDownCounter<long> _unfinished;

    public ExecutionMetrics(CodeCrafterMetrics metrics)
    {
        _waits = metrics.Meter.CreateHistogram<double>("codecrafter.execution.wait", "s", "Time between the request and the start of a run.");
        _durations = metrics.Meter.CreateHistogram<double>("codecrafter.execution.duration", "s", "Time between start and end of a run, by language and status.");
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
