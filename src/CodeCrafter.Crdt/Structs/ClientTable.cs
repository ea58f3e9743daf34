using System.Numerics;
using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// The clients of a document by number, from 1, and by id. A document has one for each page that ever wrote into it, so
/// they are rows of one array. Number 0 is a client that has made nothing.
/// </summary>
internal sealed class ClientTable(Rows rows)
{
    // So few are found by looking at each.
    private const int MaxWithoutSlots = 8;

    private ClientRow[] _clients = new ClientRow[2];
    private int[] _slots = [];
    private int _lastFound;

    /// <summary>The structs of the document.</summary>
    public Rows Rows => rows;

    public int Count { get; private set; }

    /// <summary>A reference must not be kept while a client is added.</summary>
    public ref ClientRow this[int number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _clients[number];
    }

    /// <summary>The number of a client; 0 if it has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong client) => this[_lastFound].Client == client ? _lastFound : Search(client);

    /// <summary>Gives a number to a client that has none.</summary>
    public int Add(ulong client)
    {
        var number = Count + 1;
        if (number == _clients.Length)
        {
            Array.Resize(ref _clients, number + Math.Max(1, number / 4));
        }

        (this[number].Client, this[number].Encoded) = (client, VarUint.Encode(client));
        Count = number;
        EnterSlot(number);
        return _lastFound = number;
    }

    /// <summary>Makes room at once for so many clients, if it has none yet.</summary>
    public void Reserve(int count)
    {
        if (Count == 0 && count > MaxWithoutSlots)
        {
            _clients = new ClientRow[count + 1];
            _slots = new int[SlotsFor(count)];
        }
    }

    private int Search(ulong client)
    {
        var found = _slots.Length == 0 ? Scan(client) : _slots[SlotOf(client)];
        return found == 0 ? 0 : _lastFound = found;
    }

    private int Scan(ulong client)
    {
        var number = Count;
        while (number > 0 && this[number].Client != client)
        {
            number--;
        }

        return number;
    }

    // Open addressing: at most two thirds of the slots are in use.
    private void EnterSlot(int number)
    {
        if (_slots.Length == 0 && number <= MaxWithoutSlots)
        {
            return;
        }

        if (3L * number <= 2L * _slots.Length)
        {
            _slots[SlotOf(this[number].Client)] = number;
            return;
        }

        _slots = new int[SlotsFor(number)];
        for (var i = 1; i <= number; i++)
        {
            _slots[SlotOf(this[i].Client)] = i;
        }
    }

    private static int SlotsFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)(count + (count / 2) + 1));

    // Where a client is, or where it would be entered.
    private int SlotOf(ulong client)
    {
        var mask = _slots.Length - 1;
        var slot = (int)ClientIdComparer.Instance.Hash(client) & mask;
        while (_slots[slot] != 0 && this[_slots[slot]].Client != client)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }
}

/// <summary>A client as it is kept, in 40 bytes. Read it as <see cref="ClientStructs"/>.</summary>
internal struct ClientRow
{
    /// <summary>The id, and how it is written.</summary>
    public ulong Client, Encoded;

    public long State;

    /// <summary>The client's rows; null while it has one or none.</summary>
    public RowList? Rows;

    /// <summary>The row of a client that has just one.</summary>
    public int OnlyRow;

    /// <summary>Where the transaction that last added to the client has it among those it touched.</summary>
    public int Touched;
}
