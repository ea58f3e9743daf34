using System.Runtime.CompilerServices;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// All structs of one client in the order of their clock, without gaps: a view of its <see cref="ClientRow"/>. Nearly
/// all clients of a document that many have opened made one struct; only the others have a list.
/// </summary>
internal readonly struct ClientStructs(ClientTable clients, int number)
{
    /// <summary>The client has made nothing.</summary>
    public bool IsEmpty => Data.State == 0;

    public ulong Client => Data.Client;

    /// <summary>What rows call the client.</summary>
    public int Number => number;

    /// <summary>The next clock that is expected of the client.</summary>
    public long State => Data.State;

    /// <summary>Where the transaction that last added to the list has it among those it touched.</summary>
    public ref int Touched => ref Data.Touched;

    /// <summary>The last struct; the list is not empty.</summary>
    public int Last => Data.Rows is { } rows ? rows.Last : Data.OnlyRow;

    public Position First => default;

    public int this[Position position] => Data.Rows is { } rows ? rows[position] : Data.OnlyRow;

    private ref ClientRow Data
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref clients[number];
    }

    /// <summary>How many structs there are from a position to the end.</summary>
    public int CountFrom(Position position) => Data.Rows is { } rows ? rows.CountFrom(position) : 1;

    /// <summary>The structs of a position's chunk, from there on.</summary>
    public ReadOnlySpan<int> ChunkFrom(Position position) =>
        Data.Rows is { } rows ? rows.ChunkFrom(position) : new ReadOnlySpan<int>(in Data.OnlyRow);

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public bool MoveNextChunk(ref Position position) => Data.Rows is { } rows && rows.MoveNextChunk(ref position);

    public void Append(int row)
    {
        ref var data = ref Data;
        if (data.Rows is { } rows)
        {
            rows.Append(row);
        }
        else if (data.OnlyRow == 0)
        {
            data.OnlyRow = row;
        }
        else
        {
            data.Rows = new RowList(clients.Rows, data.OnlyRow);
            data.Rows.Append(row);
        }

        data.State = clients.Rows.EndOf(clients.Rows[row]);
    }

    /// <summary>The last struct has been made longer in place, by so many units.</summary>
    public void LastHasGrown(long length) => Data.State += length;

    /// <summary>The struct that holds a clock below <see cref="State"/>.</summary>
    public Position Find(long clock) => Data.Rows is { } rows ? rows.Find(clock) : default;

    /// <summary>The same, with a look first at what comes right behind a position, which is there.</summary>
    public Position FindFrom(Position position, long clock) => Data.Rows is { } rows ? rows.FindFrom(position, clock) : default;

    /// <summary>Goes to the next struct; false at the end.</summary>
    public bool MoveNext(ref Position position) => Data.Rows is { } rows && rows.MoveNext(ref position);

    /// <summary>Goes to the struct before; false at the start.</summary>
    public bool MovePrevious(ref Position position) => Data.Rows is { } rows && rows.MovePrevious(ref position);

    /// <summary>Inserts a struct behind a position, and returns where it is then.</summary>
    public Position InsertAfter(Position position, int row)
    {
        ref var data = ref Data;
        data.Rows ??= new RowList(clients.Rows, data.OnlyRow);
        return data.Rows.InsertAfter(position, row);
    }

    /// <summary>Removes a struct that the one before has taken in. Positions before it stay valid.</summary>
    public void RemoveAt(Position position) => Data.Rows!.RemoveAt(position);

    /// <summary>Where a struct is in the list.</summary>
    public readonly record struct Position(int Chunk, int Index);
}
