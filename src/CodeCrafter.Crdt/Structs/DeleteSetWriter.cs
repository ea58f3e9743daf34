using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Notes what is deleted while structs are written, already as the bytes of a delete set: clients one after the other,
/// highest first, and the stretches of each in the order of the clock.
/// </summary>
internal sealed class DeleteSetWriter : IDisposable
{
    private const int Capacity = 4096;

    private readonly WireWriter _sections = WireWriter.Rent(Capacity), _ranges = WireWriter.Rent(Capacity);
    private ulong _clients, _count;
    private long _start, _end;

    public void Dispose()
    {
        _sections.Dispose();
        _ranges.Dispose();
    }

    public void Begin() => (_count, _start, _end) = (0, 0, 0);

    public void Add(long start, long end)
    {
        if (start != _end)
        {
            WriteRange();
            _start = start;
        }

        _end = end;
    }

    public void End(ulong client)
    {
        WriteRange();
        if (_count == 0)
        {
            return;
        }

        _clients++;
        _sections.WriteVarUint(client);
        _sections.WriteVarUint(_count);
        _sections.WriteBytes(_ranges.Written);
        _ranges.Clear();
    }

    public void WriteTo(WireWriter writer)
    {
        writer.WriteVarUint(_clients);
        writer.WriteBytes(_sections.Written);
    }

    private void WriteRange()
    {
        if (_start < _end)
        {
            _ranges.WriteClock(_start);
            _ranges.WriteClock(_end - _start);
            _count++;
        }
    }
}
