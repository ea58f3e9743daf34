using System.Runtime.InteropServices;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Of the items of a list that have the same origin and the same right origin: the first that is not of a lower client
/// than a given one. Kept are only those that can be the answer, which are in one order by client and by place.
/// </summary>
internal sealed class Rivals
{
    private readonly Dictionary<(Id Origin, Id RightOrigin), Group> _groups = new(PlaceComparer.Instance);

    public Id? First(Item item)
    {
        if (!_groups.TryGetValue((item.Origin, item.RightOrigin), out var group))
        {
            return null;
        }

        return group.Others is null
            ? group.Single.Client >= item.Client ? group.Single : null
            : FirstFrom(group.Others, item.Client);
    }

    public void Add(Item item, PlacementIndex order)
    {
        ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, (item.Origin, item.RightOrigin), out var exists);
        if (!exists)
        {
            group.Single = item.Id;
            return;
        }

        group.Others ??= new SortedSet<Id>(ByClient.Instance) { group.Single };
        if (FirstFrom(group.Others, item.Client) is { } rival && (rival == item.Id || order.IsBefore(rival, item.Id)))
        {
            return;
        }

        while (LastUpTo(group.Others, item.Client) is { } hidden && !order.IsBefore(hidden, item.Id))
        {
            group.Others.Remove(hidden);
        }

        group.Others.Add(item.Id);
    }

    private static Id? FirstFrom(SortedSet<Id> ids, ulong client)
    {
        var lowest = new Id(client, 0);
        return ids.Count > 0 && ByClient.Instance.Compare(ids.Max, lowest) >= 0 ? ids.GetViewBetween(lowest, ids.Max).Min : null;
    }

    private static Id? LastUpTo(SortedSet<Id> ids, ulong client)
    {
        var highest = new Id(client, 0);
        return ids.Count > 0 && ByClient.Instance.Compare(ids.Min, highest) <= 0 ? ids.GetViewBetween(ids.Min, highest).Max : null;
    }

    private struct Group
    {
        public Id Single;
        public SortedSet<Id>? Others;
    }

    private sealed class ByClient : IComparer<Id>
    {
        public static readonly ByClient Instance = new();

        public int Compare(Id x, Id y) => x.Client.CompareTo(y.Client);
    }

    // Strangers choose ids: the hash is one that they cannot foresee.
    private sealed class PlaceComparer : IEqualityComparer<(Id Origin, Id RightOrigin)>
    {
        public static readonly PlaceComparer Instance = new();

        public bool Equals((Id Origin, Id RightOrigin) x, (Id Origin, Id RightOrigin) y) => x == y;

        public int GetHashCode((Id Origin, Id RightOrigin) place) => HashCode.Combine(
            place.Origin.Client, place.Origin.Clock, place.RightOrigin.Client, place.RightOrigin.Clock);
    }
}
