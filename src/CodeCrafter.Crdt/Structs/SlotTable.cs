namespace CodeCrafter.Crdt.Structs;

/// <summary>Objects by number, from 1; numbers that are given back are used again.</summary>
internal sealed class SlotTable<T> where T : class
{
    private T?[] _items = [];
    private Stack<int>? _free;
    private int _count = 1;

    public T this[int number]
    {
        get => _items[number]!;
        set => _items[number] = value;
    }

    public int Add(T item)
    {
        if (_free is null || !_free.TryPop(out var number))
        {
            number = _count++;
        }

        if (number >= _items.Length)
        {
            Array.Resize(ref _items, Math.Max(2, number + Math.Max(1, number / 2)));
        }

        _items[number] = item;
        return number;
    }

    public void Remove(int number)
    {
        _items[number] = null;
        (_free ??= new Stack<int>()).Push(number);
    }
}
