using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// The rows of a document, in pages, so that they never move: a row keeps its number as long as it is in use. Beside
/// them, made only when somebody needs them: the leaves of the indexes of positions, the marks of scans, and the
/// names of structs for which a row has no room.
/// </summary>
internal sealed class Rows
{
    private const int PageBits = 8, PageLength = 1 << PageBits, FirstLength = 4;

    private readonly SlotTable<WideNames> _wide = new();
    private Row[][] _pages = [new Row[FirstLength]];
    private IndexLeaf?[][]? _leaves;
    private ScanMarks[][]? _marks;
    private int _free, _tidiedEnd = 1;

    /// <summary>One more than the highest number that was in use.</summary>
    public int End { get; private set; } = 1;

    /// <summary>A reference must not be kept while a row is added.</summary>
    public ref Row this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _pages[row >> PageBits][row & (PageLength - 1)];
    }

    /// <summary>Says that a row will be asked for soon. Nothing is read or written here, so it may even move meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int row)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref this[row]));
        }
    }

    /// <summary>The highest number of a client that a row itself may hold; less than it could is for tests.</summary>
    public int MaxNarrowClient { get; set; } = Row.MaxNarrowClient;

    /// <summary>Takes a row, all of it zero.</summary>
    public int Add()
    {
        if (_free != 0)
        {
            var reused = _free;
            ref var row = ref this[reused];
            _free = row.Right;
            row = default;
            return reused;
        }

        var page = End >> PageBits;
        if (page == _pages.Length)
        {
            Array.Resize(ref _pages, page + Math.Max(1, page / 8));
        }

        // The first page grows: most documents are small.
        if (_pages[page] is null)
        {
            _pages[page] = new Row[PageLength];
        }
        else if (_pages[page].Length == (End & (PageLength - 1)))
        {
            Array.Resize(ref _pages[page], 2 * _pages[page].Length);
        }

        return End++;
    }

    /// <summary>Gives a row back. Whoever has its number must forget it.</summary>
    public void Free(int row)
    {
        ref var freed = ref this[row];
        if (freed.IsWide)
        {
            _wide.Remove((int)freed.Clock);
        }

        if (_leaves is not null && row >> PageBits < _leaves.Length)
        {
            LeafOf(row) = null;
        }

        freed = new Row { Kind = Row.FreeKind, Right = _free };
        _free = row;
    }

    /// <summary>Where a row is in its list's index of positions, if there is one.</summary>
    public ref IndexLeaf? LeafOf(int row) => ref Beside(ref _leaves, row);

    /// <summary>The last scans that met a row.</summary>
    public ref ScanMarks MarksOf(int row) => ref Beside(ref _marks, row);

    /// <summary>There are marks of scans.</summary>
    public bool HasMarks => _marks is not null;

    /// <summary>
    /// Forgets the marks of scans, between scans, where there are twice as many rows as the last time: few of the marks
    /// that a document has got by loading are needed again.
    /// </summary>
    public void TidyMarks()
    {
        if (End >= 2 * _tidiedEnd)
        {
            (_marks, _tidiedEnd) = (null, End);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ClientOf(in Row row) => row.IsWide ? Wide(row).Client : row.Client;

    public int OriginClientOf(in Row row) => row.IsWide ? Wide(row).OriginClient : row.OriginClient;

    public int RightOriginClientOf(in Row row) => row.IsWide ? Wide(row).RightOriginClient : row.RightOriginClient;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ClockOf(in Row row) => row.IsWide ? Wide(row).Clock : row.Clock;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long LengthOf(in Row row) => row.IsWide ? Wide(row).Length : row.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long EndOf(in Row row) => row.IsWide ? Wide(row).Clock + Wide(row).Length : (long)row.Clock + row.Length;

    public long OriginClockOf(in Row row) => row.IsWide ? Wide(row).OriginClock : row.OriginClock;

    public long RightOriginClockOf(in Row row) => row.IsWide ? Wide(row).RightOriginClock : row.RightOriginClock;

    public bool HaveSameOrigin(in Row a, in Row b) =>
        OriginClientOf(a) == OriginClientOf(b) && OriginClockOf(a) == OriginClockOf(b);

    public bool HaveSameRightOrigin(in Row a, in Row b) =>
        RightOriginClientOf(a) == RightOriginClientOf(b) && RightOriginClockOf(a) == RightOriginClockOf(b);

    /// <summary>Sets the client of a row and those of its origins, 0 where it has none.</summary>
    public void SetClients(ref Row row, int client, int originClient, int rightOriginClient)
    {
        if (!row.IsWide && Math.Max(client, Math.Max(originClient, rightOriginClient)) <= MaxNarrowClient)
        {
            row.SetClients(client, originClient, rightOriginClient);
            return;
        }

        var wide = Widen(ref row);
        (wide.Client, wide.OriginClient, wide.RightOriginClient) = (client, originClient, rightOriginClient);
        row.SetClients(0, Math.Min(originClient, 1), Math.Min(rightOriginClient, 1));
    }

    /// <summary>Sets all clocks of a row. An origin's clock counts only where the row has the origin.</summary>
    public void SetClocks(ref Row row, long clock, long length, long originClock, long rightOriginClock)
    {
        // The end has to fit too.
        if (!row.IsWide && (ulong)(clock + length) <= uint.MaxValue && (ulong)originClock <= uint.MaxValue && (ulong)rightOriginClock <= uint.MaxValue)
        {
            (row.Clock, row.Length) = ((uint)clock, (uint)length);
            (row.OriginClock, row.RightOriginClock) = ((uint)originClock, (uint)rightOriginClock);
            return;
        }

        var wide = Widen(ref row);
        (wide.Clock, wide.Length, wide.OriginClock, wide.RightOriginClock) = (clock, length, originClock, rightOriginClock);
    }

    public void SetLength(ref Row row, long length) =>
        SetClocks(ref row, ClockOf(row), length, OriginClockOf(row), RightOriginClockOf(row));

    private WideNames Wide(in Row row) => _wide[(int)row.Clock];

    private WideNames Widen(ref Row row)
    {
        if (row.IsWide)
        {
            return Wide(row);
        }

        var wide = new WideNames
        {
            Client = row.Client,
            OriginClient = row.OriginClient,
            RightOriginClient = row.RightOriginClient,
            Clock = row.Clock,
            Length = row.Length,
            OriginClock = row.OriginClock,
            RightOriginClock = row.RightOriginClock,
        };
        row.IsWide = true;
        row.Clock = (uint)_wide.Add(wide);
        return wide;
    }

    private ref T Beside<T>(ref T[][]? pages, int row)
    {
        var page = row >> PageBits;
        if (pages is null || pages.Length <= page)
        {
            Array.Resize(ref pages, _pages.Length);
        }

        var slot = row & (PageLength - 1);
        if (pages[page] is null || pages[page].Length <= slot)
        {
            Array.Resize(ref pages[page], _pages[page].Length);
        }

        return ref pages[page][slot];
    }

    private sealed class WideNames
    {
        public int Client, OriginClient, RightOriginClient;
        public long Clock, Length, OriginClock, RightOriginClock;
    }
}

/// <summary>The last scan for conflicts that met an item, and the last part of a scan. See <see cref="Placement"/>.</summary>
internal struct ScanMarks
{
    public int Scan, Conflict;
}
