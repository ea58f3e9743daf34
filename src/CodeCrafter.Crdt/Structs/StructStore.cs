using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Undo;

namespace CodeCrafter.Crdt.Structs;

/// <summary>All structs of a document: the rows, their order by client and clock, and what they refer to by number.</summary>
internal sealed class StructStore
{
    // Two ids of eight bytes, and what else a struct has beside its text.
    private const int TypicalHead = 24;

    private int _stamp;

    public StructStore() => Clients = new ClientTable(Rows);

    public Rows Rows { get; } = new();

    /// <summary>The lists of all shared types and keys.</summary>
    public SlotTable<ItemList> Lists { get; } = new();

    /// <summary>All content but text.</summary>
    public SlotTable<Content> Contents { get; } = new();

    public TextPool Text { get; private set; } = new();

    /// <summary>What undo managers need; null as long as there has been none.</summary>
    public UndoRecords? Undo { get; set; }

    /// <summary>The clients that have made something, by number.</summary>
    public ClientTable Clients { get; }

    /// <summary>The structs of all clients, in the order in which they came.</summary>
    public IEnumerable<ClientStructs> AllStructs => Enumerable.Range(1, Clients.Count).Select(StructsOf);

    /// <summary>A number that was not given out before.</summary>
    public int NextStamp() => ++_stamp;

    /// <summary>
    /// How many steps for each item of a list scans for conflicts may take before the list gets an index for them.
    /// </summary>
    public int ScanStepsPerItem { get; set; } = 32;

    /// <summary>How many steps all scans for conflicts have taken.</summary>
    public long ScanSteps { get; set; }

    /// <summary>The structs of a client; empty if it is unknown.</summary>
    public ClientStructs Find(ulong client) => new(Clients, Clients.Find(client));

    /// <summary>The structs of the client of a number.</summary>
    public ClientStructs StructsOf(int number) => new(Clients, number);

    /// <summary>The id of a row's client.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ClientOf(in Row row) => Clients[Rows.ClientOf(row)].Client;

    /// <summary>The structs of a client, to which something will be added at once.</summary>
    public ClientStructs FindOrAdd(ulong client) => new(Clients, NumberOf(client));

    /// <summary>The next clock that is expected of a client; zero if it is unknown.</summary>
    public long StateOf(ulong client) => Clients[Clients.Find(client)].State;

    /// <summary>The struct that holds a unit, which must be there.</summary>
    public Item Find(Id id) => new(this, FindRow(id));

    /// <summary>The row that holds a unit, which must be there.</summary>
    public int FindRow(Id id)
    {
        var structs = Find(id.Client);
        return structs[structs.Find(id.Clock)];
    }

    /// <summary>In about how many bytes all of it is written.</summary>
    public int EstimateLength() => (int)Math.Min(256 + (TypicalHead * (long)Rows.End) + Text.Length, Array.MaxLength);

    /// <summary>The item of a row; null for 0.</summary>
    public Item? ItemAt(int row) => row == 0 ? null : new Item(this, row);

    public Id IdOf(in Row row) => new(ClientOf(row), Rows.ClockOf(row));

    public Id LastIdOf(in Row row) => new(ClientOf(row), Rows.EndOf(row) - 1);

    public Id OriginOf(in Row row) =>
        !row.HasOrigin ? Id.None : new(Clients[Rows.OriginClientOf(row)].Client, Rows.OriginClockOf(row));

    public Id RightOriginOf(in Row row) =>
        !row.HasRightOrigin ? Id.None : new(Clients[Rows.RightOriginClientOf(row)].Client, Rows.RightOriginClockOf(row));

    /// <summary>How many positions a row takes up.</summary>
    public long VisibleLengthOf(in Row row) =>
        !row.Deleted && row.IsCountable && Lists[row.List].Key is null ? Rows.LengthOf(row) : 0;

    /// <summary>The list of a number; made to have one if it has none.</summary>
    public void Number(ItemList list)
    {
        if (list.Number == 0)
        {
            list.Number = Lists.Add(list);
        }
    }

    /// <summary>Adds a row without content whose client is known, and which is in no order yet.</summary>
    public int AddRow(ClientStructs structs, long clock, long length, byte kind, Id origin, Id rightOrigin)
    {
        var number = Rows.Add();
        ref var row = ref Rows[number];
        row.Kind = kind;
        Rows.SetClients(
            ref row, structs.Number, origin.IsNone ? 0 : NumberOf(origin.Client), rightOrigin.IsNone ? 0 : NumberOf(rightOrigin.Client));
        Rows.SetClocks(ref row, clock, length, Math.Max(origin.Clock, 0), Math.Max(rightOrigin.Clock, 0));
        return number;
    }

    /// <summary>Adds a stretch of which nothing is known.</summary>
    public void AppendCollected(Transaction transaction, ulong client, long clock, long length)
    {
        var structs = FindOrAdd(client);
        var row = AddRow(structs, clock, length, StructInfo.Gc, Id.None, Id.None);
        Rows[row].Deleted = true;
        Append(transaction, row);
    }

    /// <summary>Puts a row at the end of its client's structs.</summary>
    public void Append(Transaction transaction, int row)
    {
        var structs = StructsOf(Rows.ClientOf(Rows[row]));
        transaction.Touch(structs);
        structs.Append(row);
    }

    /// <summary>The item that begins with a unit, cut there if need be; or the collected stretch that holds it.</summary>
    public int StartingAt(Transaction transaction, Id id)
    {
        var structs = Find(id.Client);
        var position = structs.Find(id.Clock);
        var found = structs[position];
        ref var row = ref Rows[found];
        var offset = id.Clock - Rows.ClockOf(row);
        return offset > 0 && !row.IsCollected ? Cut(transaction, structs, position, offset) : found;
    }

    /// <summary>The item that ends with a unit, cut there if need be; or the collected stretch that holds it.</summary>
    public int EndingAt(Transaction transaction, Id id)
    {
        var structs = Find(id.Client);
        var position = structs.Find(id.Clock);
        var found = structs[position];
        ref var row = ref Rows[found];
        if (Rows.EndOf(row) > id.Clock + 1 && !row.IsCollected)
        {
            Cut(transaction, structs, position, id.Clock + 1 - Rows.ClockOf(row));
        }

        return found;
    }

    /// <summary>Cuts the item at a position in two and returns the right one.</summary>
    public int Cut(Transaction transaction, ClientStructs structs, ClientStructs.Position position, long offset)
    {
        var leftRow = structs[position];
        var rightRow = Rows.Add();
        ref var left = ref Rows[leftRow];
        ref var right = ref Rows[rightRow];
        var (clock, length, originClock) = (Rows.ClockOf(left), Rows.LengthOf(left), Rows.OriginClockOf(left));
        var rightOriginClock = Rows.RightOriginClockOf(left);
        right.Kind = left.Kind;
        right.Deleted = left.Deleted;
        right.Content = CutContent(left, offset);
        Rows.SetClients(ref right, structs.Number, structs.Number, Rows.RightOriginClientOf(left));
        Rows.SetClocks(ref right, clock + offset, length - offset, clock + offset - 1, rightOriginClock);
        Rows.SetClocks(ref left, clock, offset, originClock, rightOriginClock);
        (right.List, right.Left, right.Right) = (left.List, leftRow, left.Right);
        left.Right = rightRow;
        var list = Lists[left.List];
        if (right.Right != 0)
        {
            Rows[right.Right].Left = rightRow;
        }
        else
        {
            list.Last = rightRow;
        }

        structs.InsertAfter(position, rightRow);
        if (list.Key is null)
        {
            list.Branch.Index?.Cut(leftRow, rightRow);
        }

        list.Branch.Placements?.Inserted(new Item(this, rightRow));
        transaction.MergeCandidates.Add(IdOf(Rows[rightRow]));
        return rightRow;
    }

    /// <summary>Forgets the content of a row. Its kind is for the caller to set.</summary>
    public void ReleaseContent(ref Row row)
    {
        if (row.IsText)
        {
            Text.Release(row.Content, (int)Rows.LengthOf(row));
        }
        else if (row.HasContent)
        {
            Contents.Remove((int)row.Content);
        }

        row.Content = 0;
    }

    /// <summary>Moves all text together where the holes in it have become more than it is.</summary>
    public void TidyText()
    {
        if (!Text.IsSparse(Rows.End))
        {
            return;
        }

        var tidy = new TextPool();
        for (var i = 1; i < Rows.End; i++)
        {
            ref var row = ref Rows[i];
            if (row.IsText)
            {
                row.Content = tidy.Adopt(Text, row.Content, (int)Rows.LengthOf(row));
            }
        }

        Text = tidy;
    }

    private int NumberOf(ulong client) => Clients.Find(client) is var found and not 0 ? found : Clients.Add(client);

    private uint CutContent(in Row left, long offset)
    {
        if (left.IsText)
        {
            var address = left.Content + (uint)offset;
            Text.Cut(address);
            return address;
        }

        return left.HasContent ? (uint)Contents.Add(Contents[(int)left.Content].SplitAt(offset)) : 0;
    }
}
