using System.Diagnostics;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>Says where a test takes far longer than it does without a mutant: by the processor's time, or by ten times that on the clock.</summary>
internal sealed class Watchdog
{
    private readonly Lock _lock = new();
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;
    private TimeSpan _usedBefore;
    private long _start;

    public Watchdog(Action onTimeout)
    {
        var thread = new Thread(() => Watch(onTimeout)) { IsBackground = true };
        thread.Start();
    }

    public void Expect(TimeSpan limit)
    {
        lock (_lock)
        {
            (_limit, _usedBefore, _start) = (limit, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        }
    }

    public void ExpectNothing() => Expect(Timeout.InfiniteTimeSpan);

    private void Watch(Action onTimeout)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (timer.WaitForNextTickAsync().AsTask().GetAwaiter().GetResult())
        {
            bool isOver;
            lock (_lock)
            {
                isOver = _limit != Timeout.InfiniteTimeSpan
                    && (Environment.CpuUsage.TotalTime - _usedBefore > _limit || Stopwatch.GetElapsedTime(_start) > 10 * _limit);
            }

            if (isOver)
            {
                onTimeout();
            }
        }
    }
}
