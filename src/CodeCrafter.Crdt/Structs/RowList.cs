using System.Runtime.CompilerServices;
using Position = CodeCrafter.Crdt.Structs.ClientStructs.Position;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Numbers of rows in the order of their clock. They lie in chunks, so that cutting an item in two moves a few hundred
/// numbers at most, however long the list is.
/// </summary>
internal sealed class RowList
{
    private const int ChunkCapacity = 256, Spare = 16, MaxSteps = 8;

    private readonly Rows _rows;
    private Chunk[] _chunks = new Chunk[1];
    private int _chunkCount, _lastFound;

    /// <summary>A list that begins with a row.</summary>
    public RowList(Rows rows, int first)
    {
        _rows = rows;
        Append(first);
    }

    /// <summary>The last one; the list is never empty.</summary>
    public int Last => _chunks[_chunkCount - 1].Last;

    public int this[Position position] => _chunks[position.Chunk].Items[position.Index];

    /// <summary>How many structs there are from a position to the end.</summary>
    public int CountFrom(Position position)
    {
        var count = _chunks[position.Chunk].Count - position.Index;
        for (var i = position.Chunk + 1; i < _chunkCount; i++)
        {
            count += _chunks[i].Count;
        }

        return count;
    }

    /// <summary>The structs of a position's chunk, from there on.</summary>
    public ReadOnlySpan<int> ChunkFrom(Position position) =>
        _chunks[position.Chunk].Items.AsSpan(position.Index, _chunks[position.Chunk].Count - position.Index);

    /// <summary>Goes to the next chunk; false at the end.</summary>
    public bool MoveNextChunk(ref Position position)
    {
        position = new Position(position.Chunk + 1, 0);
        return position.Chunk < _chunkCount;
    }

    public void Append(int item)
    {
        if (_chunkCount == 0 || _chunks[_chunkCount - 1].Count == ChunkCapacity)
        {
            InsertChunk(_chunkCount, new Chunk { Items = new int[_chunkCount == 0 ? 2 : ChunkCapacity], FirstClock = ClockOf(item) });
        }

        _chunks[_chunkCount - 1].Append(item);
    }

    /// <summary>The struct that holds a clock, which is not before the first or behind the last.</summary>
    public Position Find(long clock)
    {
        // Most of what is asked for was made last.
        ref var last = ref _chunks[_chunkCount - 1];
        if (ClockOf(last.Last) <= clock)
        {
            return new Position(_chunkCount - 1, last.Count - 1);
        }

        var chunk = FindChunk(clock);
        return new Position(chunk, FindIn(chunk, clock));
    }

    /// <summary>The same, with a look first at what comes right behind a position, which is there.</summary>
    public Position FindFrom(Position position, long clock)
    {
        if (ClockOf(this[position]) > clock)
        {
            return Find(clock);
        }

        for (var steps = 0; steps < MaxSteps; steps++)
        {
            var next = position;
            if (!MoveNext(ref next) || ClockOf(this[next]) > clock)
            {
                return position;
            }

            position = next;
        }

        return Find(clock);
    }

    /// <summary>Goes to the next struct; false at the end.</summary>
    public bool MoveNext(ref Position position)
    {
        position = position.Index + 1 < _chunks[position.Chunk].Count
            ? position with { Index = position.Index + 1 }
            : new Position(position.Chunk + 1, 0);
        return position.Chunk < _chunkCount;
    }

    /// <summary>Goes to the struct before; false at the start.</summary>
    public bool MovePrevious(ref Position position)
    {
        if (position.Index > 0)
        {
            position = position with { Index = position.Index - 1 };
            return true;
        }

        if (position.Chunk == 0)
        {
            return false;
        }

        position = new Position(position.Chunk - 1, _chunks[position.Chunk - 1].Count - 1);
        return true;
    }

    /// <summary>Inserts a struct behind a position, and returns where it is then.</summary>
    public Position InsertAfter(Position position, int item)
    {
        if (_chunks[position.Chunk].Count == ChunkCapacity)
        {
            const int half = ChunkCapacity / 2;
            InsertChunk(position.Chunk + 1, SplitAt(ref _chunks[position.Chunk], half));
            if (position.Index >= half)
            {
                position = new Position(position.Chunk + 1, position.Index - half);
            }
        }

        _chunks[position.Chunk].Insert(position.Index + 1, item);
        return position with { Index = position.Index + 1 };
    }

    /// <summary>Removes a struct that another has taken in. Positions before it stay valid.</summary>
    public void RemoveAt(Position position)
    {
        ref var chunk = ref _chunks[position.Chunk];
        chunk.RemoveAt(position.Index);
        if (chunk.Count == 0)
        {
            _chunkCount--;
            Array.Copy(_chunks, position.Chunk + 1, _chunks, position.Chunk, _chunkCount - position.Chunk);
            _chunks[_chunkCount] = default;
        }
        else if (position.Index == 0)
        {
            chunk.FirstClock = ClockOf(chunk.Items[0]);
        }
    }

    private long ClockOf(int row) => _rows.ClockOf(_rows[row]);

    private Chunk SplitAt(ref Chunk chunk, int index)
    {
        var right = new Chunk { Items = new int[index + Spare], Count = chunk.Count - index, FirstClock = ClockOf(chunk.Items[index]) };
        Array.Copy(chunk.Items, index, right.Items, 0, right.Count);
        Array.Resize(ref chunk.Items, index + Spare);
        chunk.Count = index;
        return right;
    }

    private int FindIn(int chunk, long clock)
    {
        var (items, count) = (_chunks[chunk].Items, _chunks[chunk].Count);
        var end = chunk + 1 < _chunkCount ? _chunks[chunk + 1].FirstClock : ClockOf(items[count - 1]) + 1;
        return Search(new ItemClocks(_rows, items), Guess(_chunks[chunk].FirstClock, clock, end, count), count, clock);
    }

    // Searches come near to each other, wherever in a long list that is; where they do not, a guess is nearer than the last one.
    private int FindChunk(long clock)
    {
        var near = Math.Min(_lastFound, _chunkCount - 1);
        if (!Holds(near, clock))
        {
            var guess = Guess(_chunks[0].FirstClock, clock, ClockOf(Last) + 1, _chunkCount);
            near = Math.Abs(_chunks[guess].FirstClock - clock) < Math.Abs(_chunks[near].FirstClock - clock) ? guess : near;
            near = Search(new ChunkClocks(_chunks), near, _chunkCount, clock);
        }

        return _lastFound = near;
    }

    private bool Holds(int chunk, long clock) =>
        _chunks[chunk].FirstClock <= clock && (chunk + 1 == _chunkCount || clock < _chunks[chunk + 1].FirstClock);

    // Structs are about as long as their neighbours, so that where one is can be guessed from its clock. The product of large
    // numbers may overflow: then the guess is a bad one.
    private static int Guess(long first, long clock, long end, int count) =>
        (int)Math.Clamp((clock - first) * count / (end - first), 0, count - 1);

    // The last that is not behind a clock; the first is not. Steps that double lead from a guess to its two sides, and
    // halves of what is between them to the place.
    private static int Search<T>(T clocks, int guess, int count, long clock) where T : struct, IClocks
    {
        int low = guess, high, step = 1;
        if (clocks[low] <= clock)
        {
            for (high = low + 1; high < count && clocks[high] <= clock; high = low + step)
            {
                (low, step) = (high, 2 * step);
            }

            high = Math.Min(high, count);
        }
        else
        {
            for (high = low--; low > 0 && clocks[low] > clock; low = Math.Max(high - step, 0))
            {
                (high, step) = (low, 2 * step);
            }
        }

        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (clocks[middle] <= clock)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void InsertChunk(int index, Chunk chunk)
    {
        if (_chunkCount == _chunks.Length)
        {
            Array.Resize(ref _chunks, 2 * _chunkCount);
        }

        Array.Copy(_chunks, index, _chunks, index + 1, _chunkCount - index);
        _chunks[index] = chunk;
        _chunkCount++;
    }

    private struct Chunk
    {
        public int[] Items;
        public int Count;
        public long FirstClock;

        public readonly int Last => Items[Count - 1];

        public void Append(int item)
        {
            if (Count == Items.Length)
            {
                Grow();
            }

            Items[Count++] = item;
        }

        public void Insert(int index, int item)
        {
            if (Count == Items.Length)
            {
                Grow();
            }

            Array.Copy(Items, index, Items, index + 1, Count - index);
            Items[index] = item;
            Count++;
        }

        private void Grow() => Array.Resize(ref Items, Math.Min(Count + Math.Max(2, Math.Min(Count, Spare)), ChunkCapacity));

        public void RemoveAt(int index)
        {
            Count--;
            Array.Copy(Items, index + 1, Items, index, Count - index);
        }
    }

    /// <summary>Where things begin, in their order.</summary>
    private interface IClocks
    {
        long this[int index] { get; }
    }

    private readonly struct ItemClocks(Rows rows, int[] items) : IClocks
    {
        public long this[int index]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => rows.ClockOf(rows[items[index]]);
        }
    }

    private readonly struct ChunkClocks(Chunk[] chunks) : IClocks
    {
        public long this[int index]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => chunks[index].FirstClock;
        }
    }
}
