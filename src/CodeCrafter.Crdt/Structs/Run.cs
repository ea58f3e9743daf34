namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// A stretch of an array that it may share with others. Splitting copies nothing as long as half of the array stays in
/// use, joining what was split copies nothing, and appending is amortised: only the run that ends where the array's
/// used part ends may write behind it.
/// </summary>
internal struct Run<T>
{
    private T[] _array;
    private int _start;
    private bool _mayGrow;

    public Run(T[] array)
    {
        _array = array;
        Length = array.Length;
        _mayGrow = true;
    }

    public int Length { get; private set; }

    public readonly ReadOnlySpan<T> Span => _array.AsSpan(_start, Length);

    /// <summary>Keeps what lies before the offset and returns the rest.</summary>
    public Run<T> SplitAt(int offset)
    {
        var right = this;
        right._start += offset;
        right.Length -= offset;
        right.Compact();
        Length = offset;
        _mayGrow = false;
        Compact();
        return right;
    }

    public void Append(in Run<T> right)
    {
        if (ReferenceEquals(_array, right._array) && _start + Length == right._start)
        {
            Length += right.Length;
            _mayGrow = right._mayGrow;
            return;
        }

        Append(right.Span);
    }

    public void Append(ReadOnlySpan<T> items) => items.CopyTo(Extend(items.Length));

    /// <summary>Makes the run longer and returns what has been added, to be written to.</summary>
    public Span<T> Extend(int count)
    {
        var end = _start + Length;
        if (!_mayGrow || _array.Length - end < count)
        {
            var needed = Length + count;
            var grown = new T[Math.Max(needed, Math.Min(Math.Max(8, 2L * Length), Array.MaxLength))];
            Span.CopyTo(grown);
            (_array, _start, end, _mayGrow) = (grown, 0, Length, true);
        }

        Length += count;
        return _array.AsSpan(end, count);
    }

    // Without it a single unit that is left of a long text would keep all of the text in memory.
    private void Compact()
    {
        if (Length < _array.Length / 2)
        {
            (_array, _start, _mayGrow) = (Span.ToArray(), 0, true);
        }
    }
}
