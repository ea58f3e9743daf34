using System.Collections.Concurrent;
using CodeCrafter.Sandbox;
using CodeCrafter.Server.Execution;

namespace CodeCrafter.Server.Collaboration.Recordings;

/// <summary>How much of a stream had been printed at a time.</summary>
/// <param name="At">Milliseconds since the run started.</param>
/// <param name="Phase">The step that printed it.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Length">UTF-16 code units of that stream of that phase, from its beginning.</param>
internal sealed record OutputMark(long At, RunPhase Phase, OutputStream Stream, long Length);

/// <summary>What the timelines of runs need of the storage.</summary>
internal interface IRunTimelineStore
{
    /// <summary>Stores when a run printed, for as long as the run itself is kept; nothing, where it is gone already.</summary>
    Task AddAsync(Guid executionId, IReadOnlyList<OutputMark> marks, CancellationToken cancellationToken);
}

/// <summary>
/// Notes when the runs of sessions print, so that a replay shows output when it came, and in the order in which it came:
/// results have the texts alone. Output of test cases is shown with their verdicts, and is not noted.
/// </summary>
internal sealed partial class RunTimelines(IRunTimelineStore store, TimeProvider clock, ILogger<RunTimelines> logger)
{
    private const int MaxMarks = 500;
    private const long TogetherMs = 50;

    private readonly ConcurrentDictionary<Guid, Timeline> _timelines = new();

    /// <summary>Hears what runs do, in order, from one caller.</summary>
    public void Observe(ExecutionEvent executionEvent)
    {
        switch (executionEvent)
        {
            case ExecutionStarted:
                _timelines[executionEvent.JobId] = new Timeline(clock.GetTimestamp());
                break;
            case ExecutionOutput { TestCase: null } output when _timelines.TryGetValue(output.JobId, out var timeline):
                timeline.Add((long)clock.GetElapsedTime(timeline.Start).TotalMilliseconds, output);
                break;
            case ExecutionFinished when _timelines.TryRemove(executionEvent.JobId, out var timeline) && timeline.Marks.Count > 0:
                _ = StoreAsync(executionEvent.JobId, timeline.Marks);
                break;
        }
    }

    private async Task StoreAsync(Guid executionId, IReadOnlyList<OutputMark> marks)
    {
        // SQLite's work is not asynchronous, and the pump has others to tell.
        await Task.Yield();
        try
        {
            await store.AddAsync(executionId, marks, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The result is stored; only a replay shows all of it at the end of the run.
            LogNotStored(exception, executionId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "When run {ExecutionId} printed is not in the recording")]
    private partial void LogNotStored(Exception exception, Guid executionId);

    private sealed class Timeline(long start)
    {
        public long Start { get; } = start;

        public List<OutputMark> Marks { get; } = [];

        public void Add(long at, ExecutionOutput output)
        {
            var mark = new OutputMark(at, output.Phase, output.Stream, output.Offset + output.Data.Length);
            // What comes at once is one. Beyond the cap the rest comes at the end of the run.
            var isSame = Marks is [.., var last] && (last.Phase, last.Stream) == (mark.Phase, mark.Stream) && at - last.At < TogetherMs;
            if (isSame)
            {
                Marks[^1] = mark with { At = Marks[^1].At };
            }
            else if (Marks.Count < MaxMarks)
            {
                Marks.Add(mark);
            }
        }
    }
}
