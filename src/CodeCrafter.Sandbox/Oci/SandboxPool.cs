using System.Collections.Concurrent;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;
using Microsoft.Extensions.Logging;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// Sandboxes that wait: plain ones, which take any program, and for each command that ran lately some in which it was
/// started already. Whoever used one starts another in its place, after the answer. docs/decisions/0029.
/// </summary>
internal sealed class SandboxPool : IDisposable
{
    /// <summary>Commands that are remembered; the one that was used least recently goes.</summary>
    private const int MaxKinds = 64;

    private readonly SandboxHost _host;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<int> _slots;
    private readonly Lock _lock = new();
    private readonly Kind _plain = new(null);
    private readonly Dictionary<string, Kind> _kinds = [];
    private readonly ITimer _expiry;
    private SandboxTemplate _template;
    private int _count;
    private bool _closed;

    public SandboxPool(SandboxHost host, ILogger logger)
    {
        _host = host;
        _logger = logger;
        _slots = new ConcurrentQueue<int>(Enumerable.Range(0, host.Options.Uids));
        _template = new SandboxTemplate(RunLimits.Default.DiskBytes, host.VisibleCaches());
        _expiry = host.Time.CreateTimer(_ => ExpireOrLog(), null, host.Options.ParkedFor / 4, host.Options.ParkedFor / 4);
    }

    /// <summary>What a sandbox for a request of this disk size looks like now.</summary>
    public SandboxTemplate Template(long diskBytes)
    {
        lock (_lock)
        {
            var caches = _host.VisibleCaches();
            if (!caches.SequenceEqual(_template.Caches))
            {
                // Those that wait are found out when they are taken.
                _template = _template with { Caches = caches };
            }
            return diskBytes == _template.DiskBytes ? _template : _template with { DiskBytes = diskBytes };
        }
    }

    /// <summary>The ids of those that wait now, and their user ids.</summary>
    public IReadOnlyList<(string Id, int Uid)> Waiting()
    {
        lock (_lock)
        {
            return [.. _kinds.Values.Prepend(_plain).SelectMany(kind => kind.Ready).Select(instance => (instance.Id, _host.Options.FirstUid + instance.Slot))];
        }
    }

    /// <summary>A sandbox, if possible one in which the command waits. Give it to <see cref="Retire"/> after its use.</summary>
    public SandboxInstance Take(SandboxTemplate template, ParkedCommand? command)
    {
        while (TryTake(template, command) is { } waiting)
        {
            if (waiting.Template == template && waiting.IsAlive)
            {
                return waiting;
            }
            Retire(waiting);
        }
        return Start(template);
    }

    /// <summary>Ends a sandbox. Where that fails, the next one goes on all the same, and nobody gets its user id again.</summary>
    public void Retire(SandboxInstance instance)
    {
        try
        {
            instance.Dispose();
            _slots.Enqueue(instance.Slot);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "A sandbox could not be ended as it should");
        }
    }

    /// <summary>The command did not wait where it was parked, so it will not be again.</summary>
    public void DoNotPark(ParkedCommand command)
    {
        lock (_lock)
        {
            KindOf(command).CannotPark = true;
        }
    }

    /// <summary>Starts what is missing: for any program, and for this command.</summary>
    public void Refill(ParkedCommand? command)
    {
        try
        {
            while (NextMissing(command, out var surplus) is { } kind)
            {
                surplus.ForEach(Retire);
                Add(kind);
            }
        }
        catch (Exception e)
        {
            // Runs start their own; whoever runs next tries again here.
            _logger.LogWarning(e, "A sandbox could not be started ahead of time");
        }
    }

    /// <summary>Ends those that wait; none is added any more.</summary>
    public void Dispose()
    {
        _expiry.Dispose();
        List<SandboxInstance> all;
        lock (_lock)
        {
            _closed = true;
            all = [.. _kinds.Values.Prepend(_plain).SelectMany(kind => kind.Empty())];
        }
        all.ForEach(Retire);
    }

    private SandboxInstance? TryTake(SandboxTemplate template, ParkedCommand? command)
    {
        lock (_lock)
        {
            SandboxInstance? waiting = null;
            if (command is not null)
            {
                var kind = KindOf(command);
                kind.Uses++;
                kind.LastUsed = _host.Time.GetTimestamp();
                kind.Ready.TryDequeue(out waiting);
            }
            if (waiting is null && (template.DiskBytes != _template.DiskBytes || !_plain.Ready.TryDequeue(out waiting)))
            {
                return null;
            }
            _count--;
            return waiting;
        }
    }

    private SandboxInstance Start(SandboxTemplate template)
    {
        if (!_slots.TryDequeue(out var slot))
        {
            throw new InvalidOperationException("No user id is free.");
        }
        try
        {
            return SandboxInstance.Start(_host, template, slot);
        }
        catch
        {
            _slots.Enqueue(slot);
            throw;
        }
    }

    /// <summary>Reserves a place for one more sandbox, by ending the least wanted where there is no room.</summary>
    private Kind? NextMissing(ParkedCommand? command, out List<SandboxInstance> surplus)
    {
        surplus = [];
        lock (_lock)
        {
            var kind = command is null || _closed ? _plain : KindOf(command);
            // A command that came once gets one; one that comes again, as many as plain programs do.
            var wanted = kind.CannotPark ? 0 : kind.Uses == 1 ? Math.Min(1, _host.Options.Parked) : _host.Options.Parked;
            if (kind == _plain || kind.Ready.Count + kind.Starting >= wanted)
            {
                (kind, wanted) = (_plain, _host.Options.Parked);
            }
            if (_closed || kind.Ready.Count + kind.Starting >= wanted)
            {
                return null;
            }
            if (_count >= _host.Options.MaxParked)
            {
                var idle = _kinds.Values.Where(other => other != kind && other.Ready.Count > 0).MinBy(other => other.LastUsed);
                if (idle is null)
                {
                    return null;
                }
                surplus.Add(idle.Ready.Dequeue());
                _count--;
            }
            kind.Starting++;
            _count++;
            return kind;
        }
    }

    private void Add(Kind kind)
    {
        SandboxInstance? instance = null;
        try
        {
            instance = Start(Template(RunLimits.Default.DiskBytes));
            if (kind.Command is { } command)
            {
                instance.Park(command);
            }
        }
        finally
        {
            bool kept;
            lock (_lock)
            {
                kind.Starting--;
                kept = instance is not null && !_closed && kind == (kind.Command is null ? _plain : _kinds.GetValueOrDefault(kind.Command.Key));
                if (kept)
                {
                    kind.Ready.Enqueue(instance!);
                }
                else
                {
                    _count--;
                }
            }
            if (!kept && instance is not null)
            {
                Retire(instance);
            }
        }
    }

    private Kind KindOf(ParkedCommand command)
    {
        if (_kinds.TryGetValue(command.Key, out var kind))
        {
            return kind;
        }
        if (_kinds.Count >= MaxKinds && _kinds.Values.Where(other => other.Ready.Count == 0).MinBy(other => other.LastUsed) is { } oldest)
        {
            _kinds.Remove(oldest.Command!.Key);
        }
        return _kinds[command.Key] = new Kind(command) { LastUsed = _host.Time.GetTimestamp() };
    }

    private void ExpireOrLog()
    {
        try
        {
            Expire();
        }
        catch (Exception e)
        {
            _logger.LogError(e, "A sandbox that waited in vain could not be ended");
        }
    }

    private void Expire()
    {
        var old = new List<SandboxInstance>();
        lock (_lock)
        {
            foreach (var kind in _kinds.Values.Where(kind => _host.Time.GetElapsedTime(kind.LastUsed) > _host.Options.ParkedFor).ToList())
            {
                old.AddRange(kind.Empty());
                _kinds.Remove(kind.Command!.Key);
            }
            _count -= old.Count;
        }
        old.ForEach(Retire);
    }

    /// <summary>The sandboxes that wait for the same work.</summary>
    private sealed class Kind(ParkedCommand? command)
    {
        public ParkedCommand? Command => command;

        public Queue<SandboxInstance> Ready { get; } = [];

        public int Starting { get; set; }

        public long Uses { get; set; }

        public long LastUsed { get; set; }

        public bool CannotPark { get; set; }

        public IReadOnlyList<SandboxInstance> Empty()
        {
            SandboxInstance[] all = [.. Ready];
            Ready.Clear();
            return all;
        }
    }
}
