using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Undo;

/// <summary>Which units stand for those that were deleted and have been restored, since a unit never comes back itself.</summary>
internal sealed class RedoneUnits
{
    private readonly Dictionary<ulong, Stretches> _clients = new(ClientIdComparer.Instance);

    /// <summary>Notes that units, none of which was redone before, are redone by as many others.</summary>
    public void Add(Id first, long length, Id now)
    {
        if (!_clients.TryGetValue(first.Client, out var stretches))
        {
            _clients.Add(first.Client, stretches = new Stretches());
        }

        stretches.Add(new Stretch(first.Clock, first.Clock + length, now));
    }

    /// <summary>The unit by which one was redone, which may be gone again; none if it was not.</summary>
    public Id NextOf(Id unit) =>
        _clients.TryGetValue(unit.Client, out var stretches) && stretches.Find(unit.Clock) is { } found && found.Start <= unit.Clock
            ? new Id(found.Now.Client, found.Now.Clock + unit.Clock - found.Start)
            : Id.None;

    /// <summary>The last unit that stands for one: itself if it was not redone.</summary>
    public Id Follow(Id unit)
    {
        for (var next = NextOf(unit); !next.IsNone; next = NextOf(unit))
        {
            unit = next;
        }

        return unit;
    }

    /// <summary>The next clock after a unit's at which units begin or end that were redone together.</summary>
    public long NextBoundary(Id unit) =>
        !_clients.TryGetValue(unit.Client, out var stretches) || stretches.Find(unit.Clock) is not { } found ? long.MaxValue
            : found.Start > unit.Clock ? found.Start
            : found.End;

    private readonly record struct Stretch(long Start, long End, Id Now);

    // One undo goes by the clock. What it brings is a list of its own, so that it is not put into the middle of a long
    // one again and again.
    private sealed class Stretches
    {
        private List<Stretch> _old = [];
        private List<Stretch> _new = [];

        public void Add(Stretch stretch)
        {
            if (_new.Count > 0 && _new[^1].Start > stretch.Start)
            {
                _old = [.. _old.Concat(_new).OrderBy(old => old.Start)];
                _new = [];
            }

            _new.Add(stretch);
        }

        /// <summary>The stretch that holds a clock, or the next one.</summary>
        public Stretch? Find(long clock) => (FirstEndingAfter(_old, clock), FirstEndingAfter(_new, clock)) switch
        {
            ({ } old, { } young) => old.Start < young.Start ? old : young,
            var (old, young) => old ?? young,
        };

        private static Stretch? FirstEndingAfter(List<Stretch> stretches, long clock)
        {
            int low = 0, high = stretches.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (stretches[middle].End <= clock)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low < stretches.Count ? stretches[low] : null;
        }
    }
}
