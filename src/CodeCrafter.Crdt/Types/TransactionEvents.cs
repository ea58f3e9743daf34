using System.Runtime.ExceptionServices;
using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// The events of one transaction for those who observe. They are made before what was deleted is collected, and handed
/// out when the document is at rest again.
/// </summary>
internal sealed class TransactionEvents
{
    private readonly List<(Observers Observers, YEvent Event)> _direct = [];
    private readonly List<(Observers Observers, YEvent[] Events)> _deep = [];
    private readonly List<Action> _notices = [];

    /// <summary>The events of a transaction; null if nobody who observes is concerned.</summary>
    public static TransactionEvents? Of(Transaction transaction)
    {
        var deep = new Dictionary<Branch, List<YEvent>>();
        var events = new TransactionEvents();
        foreach (var (branch, keys) in transaction.ChangedKeys!)
        {
            if (branch.IsDeleted || !IsObserved(branch))
            {
                continue;
            }

            var @event = ChangeEvent.Of(transaction, branch, keys);
            if (branch.Observers is { HasDirect: true } observers)
            {
                events._direct.Add((observers, @event));
            }

            for (var current = branch; current is not null; current = current.Parent)
            {
                if (current.Observers is { HasDeep: true })
                {
                    var above = @event with { CurrentTarget = current.Facade(), Path = PathBetween(current, branch) };
                    (deep.TryGetValue(current, out var list) ? list : deep[current] = []).Add(above);
                }
            }
        }

        // Those nearest to the one who observes come first.
        events._deep.AddRange(deep.Select(entry => (entry.Key.Observers!, entry.Value.OrderBy(Depth).ToArray())));
        return events._direct.Count + events._deep.Count > 0 ? events : null;
    }

    /// <summary>Adds what is to be called behind all who observe.</summary>
    public void Add(Action notice) => _notices.Add(notice);

    /// <summary>Calls all who observe, also behind one that fails, and returns the first failure.</summary>
    public ExceptionDispatchInfo? Call()
    {
        ExceptionDispatchInfo? failure = null;
        foreach (var (observers, @event) in _direct)
        {
            var failed = observers.Call(@event);
            failure ??= failed;
        }

        foreach (var (observers, events) in _deep)
        {
            var failed = observers.Call(events);
            failure ??= failed;
        }

        foreach (var notice in _notices)
        {
            var failed = Observers.Try(notice);
            failure ??= failed;
        }

        return failure;
    }

    private static bool IsObserved(Branch branch)
    {
        if (branch.Observers is { HasDirect: true })
        {
            return true;
        }

        for (var current = branch; current is not null; current = current.Parent)
        {
            if (current.Observers is { HasDeep: true })
            {
                return true;
            }
        }

        return false;
    }

    private static int Depth(YEvent @event) => @event.Path.Count;

    private static List<object> PathBetween(Branch ancestor, Branch branch)
    {
        var path = new List<object>();
        for (var current = branch; current != ancestor; current = current.Parent!)
        {
            path.Add(current.Key ?? (object)checked((int)ListEdit.PositionOf(current.Item)));
        }

        path.Reverse();
        return path;
    }
}
