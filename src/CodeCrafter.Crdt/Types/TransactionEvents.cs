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

    private ExceptionDispatchInfo? _failure;

    /// <summary>
    /// The events of a transaction; null if nobody who observes is concerned. A failure to make them is told when they are
    /// handed out: the transaction has to end.
    /// </summary>
    public static TransactionEvents? Of(Transaction transaction)
    {
        var events = new TransactionEvents();
        try
        {
            events.Add(transaction);
        }
        catch (Exception exception)
        {
            events._failure = ExceptionDispatchInfo.Capture(exception);
        }

        return events._direct.Count + events._deep.Count > 0 || events._failure is not null ? events : null;
    }

    /// <summary>Call before the document changes again, as long as the events have not been handed out.</summary>
    public void KeepPaths()
    {
        var keeper = new PathKeeper();
        foreach (var @event in _deep.SelectMany(deep => deep.Events))
        {
            @event.KeepPath(keeper);
        }
    }

    /// <summary>Adds what is to be called behind all who observe.</summary>
    public void Add(Action notice) => _notices.Add(notice);

    /// <summary>Calls all who observe, also behind one that fails, and returns the first failure.</summary>
    public ExceptionDispatchInfo? Call()
    {
        var failure = _failure;
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

    private void Add(Transaction transaction)
    {
        var deep = new Dictionary<Branch, List<YEvent>>();
        var observed = new DeeplyObserved();
        foreach (var (branch, keys) in transaction.ChangedKeys!)
        {
            var above = observed.Nearest(branch);
            if (branch.IsDeleted || (above is null && branch.Observers is not { HasDirect: true }))
            {
                continue;
            }

            var @event = ChangeEvent.Of(transaction, branch, keys);
            if (branch.Observers is { HasDirect: true } observers)
            {
                _direct.Add((observers, @event));
            }

            for (; above is not null; above = observed.Nearest(above.Parent))
            {
                (deep.TryGetValue(above, out var list) ? list : deep[above] = []).Add(new YEvent(@event, above.Facade()));
            }
        }

        // Those nearest to the one who observes come first.
        _deep.AddRange(deep.Select(entry => (entry.Key.Observers!, entry.Value.OrderBy(Depth).ToArray())));
    }

    private static int Depth(YEvent @event) => @event.Target.Branch!.Depth;

    /// <summary>
    /// Finds who observes what contains a type. Types may be nested deep, and all of them have changed: what has been
    /// found is noted at some of the levels that were passed.
    /// </summary>
    private sealed class DeeplyObserved
    {
        private const int LevelsBetweenNotes = 16;

        private Dictionary<Branch, Branch?>? _notes;

        /// <summary>The type, or the nearest that contains it, that is observed with all that it contains.</summary>
        public Branch? Nearest(Branch? branch)
        {
            var end = branch;
            Branch? found = null;
            for (; end is not null && !(HasNote(end) && _notes?.TryGetValue(end, out found) == true); end = end.Parent)
            {
                if (end.Observers is { HasDeep: true })
                {
                    found = end;
                    break;
                }
            }

            for (; branch != end; branch = branch!.Parent)
            {
                if (HasNote(branch!))
                {
                    (_notes ??= []).Add(branch!, found);
                }
            }

            return found;
        }

        private static bool HasNote(Branch branch) => branch.Depth % LevelsBetweenNotes == LevelsBetweenNotes - 1;
    }
}
