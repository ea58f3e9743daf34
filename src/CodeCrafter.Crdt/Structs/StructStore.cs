namespace CodeCrafter.Crdt.Structs;

/// <summary>All structs of a document, by client and clock.</summary>
internal sealed class StructStore
{
    private readonly Dictionary<ulong, ClientStructs> _clients = new(ClientIdComparer.Instance);
    private ClientStructs? _lastUsed;
    private int _stamp;

    /// <summary>The clients that have made something.</summary>
    public IEnumerable<ClientStructs> Clients => _clients.Values;

    public int ClientCount => _clients.Count;

    /// <summary>A number that was not given out before.</summary>
    public int NextStamp() => ++_stamp;

    /// <summary>
    /// How many steps for each item of a list scans for conflicts may take before the list gets an index for them.
    /// </summary>
    public int ScanStepsPerItem { get; set; } = 32;

    /// <summary>How many steps all scans for conflicts have taken.</summary>
    public long ScanSteps { get; set; }

    public ClientStructs? Find(ulong client)
    {
        if (_lastUsed?.Client == client)
        {
            return _lastUsed;
        }

        return _clients.TryGetValue(client, out var structs) ? _lastUsed = structs : null;
    }

    /// <summary>The next clock that is expected of a client; zero if it is unknown.</summary>
    public long StateOf(ulong client) => Find(client)?.State ?? 0;

    /// <summary>The struct that holds a unit, which must be there.</summary>
    public Struct Find(Id id)
    {
        var structs = Find(id.Client)!;
        return structs[structs.Find(id.Clock)];
    }

    public void Append(Transaction transaction, Struct item)
    {
        var structs = Find(item.Client);
        if (structs is null)
        {
            structs = new ClientStructs(item.Client);
            _clients.Add(item.Client, structs);
            _lastUsed = structs;
        }

        transaction.Touch(structs);
        structs.Append(item);
    }

    /// <summary>The item that begins with a unit, cut there if need be; or the collected stretch that holds it.</summary>
    public Struct StartingAt(Transaction transaction, Id id)
    {
        var structs = Find(id.Client)!;
        var position = structs.Find(id.Clock);
        var found = structs[position];
        return found is Item item && item.Clock < id.Clock
            ? Cut(transaction, structs, position, item, id.Clock - item.Clock)
            : found;
    }

    /// <summary>The item that ends with a unit, cut there if need be; or the collected stretch that holds it.</summary>
    public Struct EndingAt(Transaction transaction, Id id)
    {
        var structs = Find(id.Client)!;
        var position = structs.Find(id.Clock);
        var found = structs[position];
        if (found is Item item && item.End > id.Clock + 1)
        {
            Cut(transaction, structs, position, item, id.Clock + 1 - item.Clock);
        }

        return found;
    }

    /// <summary>Cuts an item in two and returns the right one.</summary>
    public static Item Cut(Transaction transaction, ClientStructs structs, ClientStructs.Position position, Item left, long offset)
    {
        var right = new Item(
            left.Client,
            left.Clock + offset,
            new Id(left.Client, left.Clock + offset - 1),
            left.RightOrigin,
            left.Parent,
            left.ParentSub,
            left.Content.SplitAt(offset),
            left.Length - offset)
        {
            Left = left,
            Right = left.Right,
            Deleted = left.Deleted,
        };
        left.Length = offset;
        left.Right = right;
        if (right.Right is { } next)
        {
            next.Left = right;
        }
        else if (right.ParentSub is not null)
        {
            right.Parent!.SetEnd(right.ParentSub, right);
        }

        if (right.ParentSub is null)
        {
            ItemIndex.Cut(right.Parent!.Index, left, right);
        }

        structs.InsertAfter(position, right);
        right.Parent!.Placements?.Inserted(right);
        transaction.MergeCandidates.Add(right.Id);
        return right;
    }
}
