using System.Buffers.Binary;
using System.Text;
using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What a step is to do.</summary>
internal sealed record StepOrder(
    RunPhase Phase,
    int Index,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    Stream? StandardInput,
    RunLimits Limits);

/// <summary>
/// Runs one step in a container and watches over it: one loop on one thread, woken by output, by room for input, by
/// init, by the clock or by a cancellation. Everything that ends a step goes through it, so a step ends once.
/// </summary>
internal sealed class StepRunner
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(2);

    /// <summary>How long the kernel may take to kill a sandbox before we call it our fault.</summary>
    private const int KillTimeoutMilliseconds = 20_000;

    private readonly Container _container;
    private readonly StepCgroup _cgroup;
    private readonly StepOrder _order;
    private readonly TimeProvider _time;
    private readonly WakeUp _wake;
    private readonly CancellationToken _cancellation;
    private readonly OutputCollector _stdout;
    private readonly OutputCollector _stderr;
    private readonly byte[] _buffer = new byte[64 << 10];
    private StandardInputFeed? _feed;
    private RunStatus? _killed;
    private volatile bool _wallTimeIsUp;
    private volatile bool _tick;

    public StepRunner(Container container, StepCgroup cgroup, StepOrder order, TimeProvider time, WakeUp wake, OutputCollector stdout, OutputCollector stderr, CancellationToken cancellation)
    {
        _container = container;
        _cgroup = cgroup;
        _order = order;
        _time = time;
        _wake = wake;
        _stdout = stdout;
        _stderr = stderr;
        _cancellation = cancellation;
    }

    /// <summary>Runs the step. Where the status is one that we enforced, the container is dead afterwards.</summary>
    /// <exception cref="IOException">A fault of the sandbox.</exception>
    public (RunStatus Status, StepResult Result) Run()
    {
        var started = _time.GetTimestamp();
        _container.Control.SendStep(_order.Index, _order.StandardInput is not null, ContainerConfig.Workspace, _order.Arguments, _order.Environment);
        StartInput();
        using var wall = _time.CreateTimer(_ => { _wallTimeIsUp = true; _wake.Set(); }, null, _order.Limits.WallTime, Timeout.InfiniteTimeSpan);
        using var tick = _time.CreateTimer(_ => { _tick = true; _wake.Set(); }, null, NextTick(TimeSpan.Zero), Timeout.InfiniteTimeSpan);
        int? exitCode = null, signal = null;
        var notExecuted = 0;
        try
        {
            var (message, payload) = Watch(tick);
            switch (message)
            {
                case InitMessage.Done:
                    var status = BinaryPrimitives.ReadInt32BigEndian(payload);
                    (exitCode, signal) = (status & 0x7f) == 0 ? ((int?)((status >> 8) & 0xff), (int?)null) : (null, status & 0x7f);
                    break;
                case InitMessage.NotExecuted:
                    notExecuted = BinaryPrimitives.ReadInt32BigEndian(payload);
                    break;
                case InitMessage.Gone when _killed is not null:
                    signal = Native.SigKill;
                    break;
                default:
                    throw new IOException($"The sandbox's init failed in the {_order.Phase} step: {message} {Encoding.UTF8.GetString(payload)}");
            }
        }
        finally
        {
            _feed?.Stop();
        }
        var wallTime = _time.GetElapsedTime(started);
        // No process of the step is alive, so what is in the pipes is all there will ever be.
        Drain(_container.Output, _stdout);
        Drain(_container.Errors, _stderr);
        _stdout.Complete();
        _stderr.Complete();
        return Judge(exitCode, signal is { } number ? Verdict.SignalName(number) : null, notExecuted, wallTime);
    }

    private void StartInput()
    {
        if (_order.StandardInput is null)
        {
            return;
        }
        if (ReferenceEquals(_order.StandardInput, Stream.Null))
        {
            _container.CloseInput();
        }
        else
        {
            _feed = new StandardInputFeed(_order.StandardInput, _wake.Set);
        }
    }

    private (InitMessage, byte[]) Watch(ITimer tick)
    {
        Span<Native.PollFd> fds = stackalloc Native.PollFd[5];
        while (true)
        {
            fds[0] = Wait(_container.Control.Handle);
            fds[1] = Wait(_wake.Handle);
            // Once killed for its output a program has nothing more to say.
            fds[2] = _stdout.Truncated ? Nothing : Wait(_container.Output);
            fds[3] = _stderr.Truncated ? Nothing : Wait(_container.Errors);
            fds[4] = _feed is { HasPending: true } && _container.Input is { } input ? Wait(input, Native.PollOut) : Nothing;
            if (Native.Poll(fds, _killed is null ? Timeout.Infinite : KillTimeoutMilliseconds) == 0)
            {
                throw new IOException("A sandbox is still there long after it was killed.");
            }
            if (fds[1].Revents != 0)
            {
                _wake.Reset();
                CheckClockAndCancellation(tick);
            }
            if (fds[2].Revents != 0)
            {
                ReadOnce(_container.Output, _stdout);
            }
            if (fds[3].Revents != 0)
            {
                ReadOnce(_container.Errors, _stderr);
            }
            if (fds[4].Revents != 0 && !_feed!.WriteTo(_container.Input!))
            {
                _feed.Stop();
                _container.CloseInput();
            }
            if (_feed is { HasEnded: true })
            {
                _container.CloseInput();
            }
            if (fds[0].Revents != 0)
            {
                return _container.Control.Receive();
            }
        }
    }

    private void CheckClockAndCancellation(ITimer tick)
    {
        if (_cancellation.IsCancellationRequested)
        {
            Kill(RunStatus.Cancelled);
        }
        else if (_wallTimeIsUp)
        {
            Kill(RunStatus.TimeLimitExceeded);
        }
        else if (_tick && _killed is null)
        {
            _tick = false;
            _ = _cgroup.PeakMemory;
            var cpuTime = _cgroup.CpuTime;
            if (cpuTime >= _order.Limits.CpuTime)
            {
                Kill(RunStatus.TimeLimitExceeded);
            }
            else if (_cgroup.OomKills > 0)
            {
                // The kernel may have picked one process of many (cgroup v1 has no kill of the group).
                Kill(RunStatus.MemoryLimitExceeded);
            }
            else
            {
                tick.Change(NextTick(cpuTime), Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>No sooner than the CPU time can be used up, but often enough to see an OOM kill.</summary>
    private TimeSpan NextTick(TimeSpan cpuTime)
    {
        var soonest = (_order.Limits.CpuTime - cpuTime) / Math.Max(1, _order.Limits.Cpus);
        return soonest > LongestTick ? LongestTick : soonest < ShortestTick ? ShortestTick : soonest;
    }

    private void ReadOnce(SafeFileHandle pipe, OutputCollector collector)
    {
        var count = Native.Read(pipe, _buffer);
        if (count > 0)
        {
            collector.Append(_buffer.AsSpan(0, count));
            if (collector.Truncated)
            {
                Kill(RunStatus.OutputLimitExceeded);
            }
        }
    }

    private void Drain(SafeFileHandle pipe, OutputCollector collector)
    {
        int count;
        while (!collector.Truncated && (count = Native.Read(pipe, _buffer)) > 0)
        {
            collector.Append(_buffer.AsSpan(0, count));
        }
    }

    /// <summary>The first reason stands.</summary>
    private void Kill(RunStatus reason)
    {
        if (_killed is null)
        {
            _killed = reason;
            _container.Kill();
        }
    }

    private (RunStatus, StepResult) Judge(int? exitCode, string? signal, int notExecuted, TimeSpan wallTime)
    {
        var cpuTime = _cgroup.CpuTime;
        var limit = _killed is RunStatus.Cancelled ? null : ExceededLimit(cpuTime);
        var result = new StepResult
        {
            Stdout = _stdout.Text,
            Stderr = _stderr.Text,
            ExitCode = exitCode,
            Signal = signal,
            CpuTime = cpuTime,
            WallTime = wallTime,
            MemoryBytes = _cgroup.PeakMemory,
            StdoutTruncated = _stdout.Truncated,
            StderrTruncated = _stderr.Truncated,
            LimitExceeded = limit,
        };
        if (notExecuted != 0 && limit is null && _killed is null)
        {
            const int enoexec = 8;
            if (notExecuted != enoexec && !_order.Arguments[0].StartsWith(ContainerConfig.Build + '/', StringComparison.Ordinal))
            {
                throw new IOException($"{_order.Arguments[0]} cannot be executed: errno {notExecuted}.");
            }
            return (RunStatus.ExecFormatError, result);
        }
        return (_killed is RunStatus.Cancelled ? RunStatus.Cancelled : limit ?? Verdict.Of(exitCode, signal), result);
    }

    private RunStatus? ExceededLimit(TimeSpan cpuTime) =>
        _stdout.Truncated || _stderr.Truncated ? RunStatus.OutputLimitExceeded
        : _cgroup.OomKills > 0 ? RunStatus.MemoryLimitExceeded
        : _killed is RunStatus.TimeLimitExceeded || cpuTime >= _order.Limits.CpuTime ? RunStatus.TimeLimitExceeded
        : null;

    private static Native.PollFd Nothing => new() { Fd = -1 };

    private static Native.PollFd Wait(SafeFileHandle handle, short events = Native.PollIn) =>
        new() { Fd = Native.Fd(handle), Events = events };
}
