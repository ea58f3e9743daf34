using System.Buffers.Binary;
using System.Text;
using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// Runs one step in a container and watches over it: one loop on one thread, woken by output, by room for input, by
/// init, by the clock or by a cancellation. Everything that ends a step goes through it, so a step ends once.
/// </summary>
internal sealed class StepRunner
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortTick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(2);

    /// <summary>How long the kernel may take to kill a sandbox before we call it our fault.</summary>
    private const int KillTimeoutMilliseconds = 20_000;

    private readonly Container _container;
    private readonly StepCgroup _cgroup;
    private readonly StepPlan _plan;
    private readonly ParkedCommand? _parked;
    private readonly StepStreams _streams;
    private readonly TimeProvider _time;
    private readonly WakeUp _wake;
    private readonly CancellationToken _cancellation;
    private readonly OutputCollector _stdout;
    private readonly OutputCollector _stderr;
    private readonly byte[] _buffer = new byte[64 << 10];
    private RunStatus? _killed;
    private volatile bool _wallTimeIsUp;
    private volatile bool _tick;

    public StepRunner(Container container, StepCgroup cgroup, StepPlan plan, ParkedCommand? parked, StepStreams streams, TimeProvider time, WakeUp wake, OutputCollector stdout, OutputCollector stderr, CancellationToken cancellation)
    {
        _container = container;
        _cgroup = cgroup;
        _plan = plan;
        _parked = parked;
        _streams = streams;
        _time = time;
        _wake = wake;
        _stdout = stdout;
        _stderr = stderr;
        _cancellation = cancellation;
    }

    /// <summary>The parked process had ended before it got its file, and the step was started afresh.</summary>
    public bool ParkedWasLost { get; private set; }

    /// <summary>Runs the step. Where the status is one that we enforced, the container is dead afterwards.</summary>
    /// <exception cref="IOException">A fault of the sandbox.</exception>
    public (RunStatus Status, StepResult Result) Run()
    {
        using var streams = _streams;
        var started = _time.GetTimestamp();
        Begin();
        _streams.Start();
        using var wall = _time.CreateTimer(_ => { _wallTimeIsUp = true; _wake.Set(); }, null, _plan.Limits.WallTime, Timeout.InfiniteTimeSpan);
        using var tick = _time.CreateTimer(_ => { _tick = true; _wake.Set(); }, null, NextTick(TimeSpan.Zero), Timeout.InfiniteTimeSpan);
        StepEnd end;
        try
        {
            var (message, payload, _) = Watch(tick);
            end = message switch
            {
                InitMessage.Done => StepEnd.OfWaitStatus(BinaryPrimitives.ReadInt32BigEndian(payload)),
                InitMessage.NotExecuted => new StepEnd { NotExecuted = BinaryPrimitives.ReadInt32BigEndian(payload) },
                // Where init is within the limits and within reach, its end is the program's doing.
                InitMessage.Gone when _killed is not null || _container.IsWithinLimits => new StepEnd { Signal = Native.SigKill },
                _ => throw new IOException($"The sandbox's init failed in step {_plan.Command.Index}: {message} {Encoding.UTF8.GetString(payload)}"),
            };
        }
        finally
        {
            _streams.Stop();
        }
        var wallTime = _time.GetElapsedTime(started);
        // No process of the step is alive, so what is in the pipes is all there will ever be.
        Drain(_streams.Output, _stdout);
        Drain(_streams.Errors, _stderr);
        _stdout.Complete();
        _stderr.Complete();
        end = end with
        {
            Killed = _killed,
            OutOfMemory = _cgroup.OomKills > 0,
            CpuTime = _cgroup.CpuTime,
            WallTime = wallTime,
            PeakMemory = _cgroup.PeakMemory,
        };
        return Verdict.Judge(end, _plan, _stdout, _stderr);
    }

    private void Begin()
    {
        if (_parked is { } parked)
        {
            _container.Control.SendGo(parked.Path);
        }
        else
        {
            _container.Control.SendStep(_plan.Command, _container.IsWithinLimits ? null : _cgroup);
        }
    }

    private InitFrame Watch(ITimer tick)
    {
        Span<Native.PollFd> fds = stackalloc Native.PollFd[5];
        while (true)
        {
            fds[0] = Wait(_container.Control.Handle);
            fds[1] = Wait(_wake.Handle);
            // Once killed for its output a program has nothing more to say.
            fds[2] = _stdout.Truncated ? Nothing : Wait(_streams.Output);
            fds[3] = _stderr.Truncated ? Nothing : Wait(_streams.Errors);
            fds[4] = Wait(_streams.Input, Native.PollOut);
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
                ReadOnce(_streams.Output!, _stdout);
            }
            if (fds[3].Revents != 0)
            {
                ReadOnce(_streams.Errors!, _stderr);
            }
            _streams.Move(hasRoom: fds[4].Revents != 0);
            if (fds[0].Revents != 0 && Receive() is { } last)
            {
                return last;
            }
        }
    }

    /// <summary>Takes a message of init; null where the step goes on.</summary>
    private InitFrame? Receive()
    {
        var frame = _container.Control.Receive();
        switch (frame)
        {
            case { Message: InitMessage.Terminal, Descriptor: { } terminal } when _streams.HasTerminal:
                _streams.Attach(terminal);
                return null;
            case { Message: InitMessage.Lost } when !ParkedWasLost && _parked is not null:
                ParkedWasLost = true;
                _container.Control.SendStep(_plan.Command, _container.IsWithinLimits ? null : _cgroup);
                return null;
            default:
                return frame;
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
            var (cpuTime, sockets) = (_cgroup.CpuTime, _container.Sockets);
            if (cpuTime >= _plan.Limits.CpuTime)
            {
                Kill(RunStatus.TimeLimitExceeded);
            }
            else if (_cgroup.OomKills > 0 || sockets > SocketLimits.Count(_plan.Limits))
            {
                // The kernel may have picked one process of many (cgroup v1 has no kill of the group).
                Kill(RunStatus.MemoryLimitExceeded);
            }
            else
            {
                tick.Change(sockets > SocketLimits.Many ? ShortTick : NextTick(cpuTime), Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>No sooner than the CPU time can be used up, but often enough to see an OOM kill.</summary>
    private TimeSpan NextTick(TimeSpan cpuTime)
    {
        var soonest = (_plan.Limits.CpuTime - cpuTime) / Math.Max(1, _plan.Limits.Cpus);
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

    private void Drain(SafeFileHandle? pipe, OutputCollector collector)
    {
        int count;
        while (pipe is not null && !collector.Truncated && (count = Native.Read(pipe, _buffer)) > 0)
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

    private static Native.PollFd Nothing => new() { Fd = -1 };

    private static Native.PollFd Wait(SafeFileHandle? handle, short events = Native.PollIn) =>
        handle is null ? Nothing : new() { Fd = Native.Fd(handle), Events = events };
}
