using System.Text;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Structs;

/// <summary>The names that a struct of an update came with last. Most come with the same: they are decoded once.</summary>
internal ref struct LastNames(Doc doc)
{
    private ReadOnlySpan<byte> _root, _key;
    private Branch? _branch;
    private string? _keyText;

    /// <summary>The root of a name in UTF-8, which is kept; made if there is none.</summary>
    public Branch RootOf(ReadOnlySpan<byte> name)
    {
        if (_branch is null || !name.SequenceEqual(_root))
        {
            _branch = doc.Root(Encoding.UTF8.GetString(name));
            _root = name;
        }

        return _branch;
    }

    /// <summary>A key in UTF-8, which is kept, as a string.</summary>
    public string KeyOf(ReadOnlySpan<byte> key)
    {
        if (_keyText is null || !key.SequenceEqual(_key))
        {
            _keyText = Encoding.UTF8.GetString(key);
            _key = key;
        }

        return _keyText;
    }
}
