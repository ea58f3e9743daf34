using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Bytes;

/// <summary>Collects the structs of an update, whose number for each client is not known before they have been written.</summary>
internal sealed class SectionWriter
{
    private readonly WireWriter _body = new();
    private readonly List<(int Start, ulong Count)> _sections = [];
    private ulong _client;

    /// <summary>Where to write the next struct, after saying whose it is and where it begins.</summary>
    public WireWriter Next(ulong client, long clock)
    {
        if (_sections.Count == 0 || _client != client)
        {
            _client = client;
            _sections.Add((_body.Length, 0));
            _body.WriteVarUint(client);
            _body.WriteClock(clock);
        }

        var (start, count) = _sections[^1];
        _sections[^1] = (start, count + 1);
        return _body;
    }

    public void WriteTo(WireWriter writer)
    {
        writer.WriteVarUint((ulong)_sections.Count);
        for (var i = 0; i < _sections.Count; i++)
        {
            var end = i + 1 < _sections.Count ? _sections[i + 1].Start : _body.Length;
            writer.WriteVarUint(_sections[i].Count);
            writer.WriteBytes(_body.Written[_sections[i].Start..end]);
        }
    }
}
