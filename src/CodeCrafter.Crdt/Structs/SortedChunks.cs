namespace CodeCrafter.Crdt.Structs;

/// <summary>Something with a place in an order.</summary>
internal interface IOrdered
{
    long Order { get; }
}

/// <summary>
/// A list in ascending order that takes insertions and removals anywhere, in whatever order a stranger makes them: it
/// is kept in chunks, so that few of the others have to move. At both ends most of them move nothing.
/// </summary>
internal sealed class SortedChunks<T> where T : IOrdered
{
    private const int MaxLength = 256, FirstLength = 4;

    private readonly List<Chunk> _chunks = [];

    public bool IsEmpty => _chunks.Count == 0;

    /// <summary>How many elements and chunks had to move so far.</summary>
    public long Moves { get; private set; }

    public ref T First => ref _chunks[0].Items[_chunks[0].Start];

    public ref T Last => ref _chunks[^1].Items[_chunks[^1].End - 1];

    public ref T this[Position position] => ref _chunks[position.Chunk].Items[position.Offset];

    public bool IsEnd(Position position) => position.Chunk == _chunks.Count;

    /// <summary>The first that is not below; the end if all are.</summary>
    public Position Find(long order)
    {
        int low = 0, high = _chunks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _chunks[middle].Items[_chunks[middle].End - 1].Order < order ? (middle + 1, high) : (low, middle);
        }

        return low == _chunks.Count ? new Position(low, 0) : new Position(low, _chunks[low].Find(order));
    }

    /// <summary>Adds behind all others.</summary>
    public void Append(T item) => Insert(new Position(_chunks.Count, 0), item);

    /// <summary>Puts an element before the one at a position.</summary>
    public void Insert(Position position, T item)
    {
        var (index, offset) = position;
        if (index > 0 && (index == _chunks.Count || offset == _chunks[index].Start))
        {
            (index, offset) = (index - 1, _chunks[index - 1].End);
        }

        if (index == _chunks.Count)
        {
            AddChunk(index, new Chunk(FirstLength));
            offset = 0;
        }
        else if (_chunks[index].Length == MaxLength)
        {
            (index, offset) = Split(index, offset);
        }

        Moves += _chunks[index].Insert(offset, item);
    }

    /// <summary>Removes the element at a position.</summary>
    /// <returns>The position of what followed.</returns>
    public Position Remove(Position position)
    {
        var chunk = _chunks[position.Chunk];
        Moves += chunk.Remove(position.Offset, out var next);
        if (chunk.Length == 0)
        {
            _chunks.RemoveAt(position.Chunk);
            Moves += _chunks.Count - position.Chunk;
        }
        else if (next < chunk.End)
        {
            return new Position(position.Chunk, next);
        }
        else
        {
            position = position with { Chunk = position.Chunk + 1 };
        }

        return new Position(position.Chunk, IsEnd(position) ? 0 : _chunks[position.Chunk].Start);
    }

    public void RemoveFirst() => Remove(new Position(0, _chunks[0].Start));

    /// <summary>All, from first to last; it must not be changed meanwhile.</summary>
    public IEnumerable<T> Items()
    {
        foreach (var chunk in _chunks)
        {
            for (var i = chunk.Start; i < chunk.End; i++)
            {
                yield return chunk.Items[i];
            }
        }
    }

    // Where a full chunk takes one more. Before and behind it a new one is enough.
    private Position Split(int index, int offset)
    {
        var chunk = _chunks[index];
        if (offset == chunk.Start || offset == chunk.End)
        {
            index += offset == chunk.End ? 1 : 0;
            AddChunk(index, new Chunk(FirstLength));
            return new Position(index, 0);
        }

        var middle = chunk.Start + (chunk.Length / 2);
        Moves += chunk.End - middle;
        AddChunk(index + 1, chunk.CutFrom(middle));
        return offset <= middle ? new Position(index, offset) : new Position(index + 1, offset - middle);
    }

    private void AddChunk(int index, Chunk chunk)
    {
        Moves += _chunks.Count - index;
        _chunks.Insert(index, chunk);
    }

    /// <summary>Where an element is, until one is inserted or removed.</summary>
    public readonly record struct Position(int Chunk, int Offset);

    /// <summary>Never empty outside, with room before and behind its elements.</summary>
    private sealed class Chunk(int capacity)
    {
        public T[] Items = new T[capacity];
        public int Start, End;

        public int Length => End - Start;

        public int Find(long order)
        {
            int low = Start, high = End;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = Items[middle].Order < order ? (middle + 1, high) : (low, middle);
            }

            return low;
        }

        /// <returns>How many have moved.</returns>
        public int Insert(int offset, T item)
        {
            var index = offset - Start;
            var isFirstHalf = index < Length - index;
            var moved = isFirstHalf ? index : Length - index;
            if (isFirstHalf ? Start == 0 : End == Items.Length)
            {
                moved += MakeRoom(before: isFirstHalf);
            }

            if (isFirstHalf)
            {
                Array.Copy(Items, Start, Items, Start - 1, index);
                Start--;
            }
            else
            {
                Array.Copy(Items, Start + index, Items, Start + index + 1, Length - index);
                End++;
            }

            Items[Start + index] = item;
            return moved;
        }

        /// <returns>How many have moved.</returns>
        public int Remove(int offset, out int next)
        {
            var index = offset - Start;
            if (index < Length - index)
            {
                Array.Copy(Items, Start, Items, Start + 1, index);
                Items[Start++] = default!;
                next = offset + 1;
                return index;
            }

            Array.Copy(Items, offset + 1, Items, offset, End - offset - 1);
            Items[--End] = default!;
            next = offset;
            return End - offset;
        }

        public Chunk CutFrom(int offset)
        {
            var cut = new Chunk(MaxLength) { End = End - offset };
            Array.Copy(Items, offset, cut.Items, 0, cut.End);
            Array.Clear(Items, offset, cut.End);
            End = offset;
            return cut;
        }

        // Most room goes to the side where one is inserted, since another may follow, but never all of it: who takes turns
        // at both sides would have everything moved each time.
        private int MakeRoom(bool before)
        {
            var items = Length > Items.Length / 2 ? new T[Math.Min(2 * Items.Length, MaxLength)] : Items;
            var room = items.Length - Length;
            var start = before ? room - (room / 4) : room / 4;
            Array.Copy(Items, Start, items, start, Length);
            if (items == Items)
            {
                Array.Clear(items, 0, start);
                Array.Clear(items, start + Length, room - start);
            }

            (Items, Start, End) = (items, start, start + Length);
            return Length;
        }
    }
}
