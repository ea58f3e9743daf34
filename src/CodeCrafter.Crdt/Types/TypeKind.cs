namespace CodeCrafter.Crdt.Types;

/// <summary>The kinds of shared types, with their numbers on the wire.</summary>
internal enum TypeKind : byte
{
    Array = 0,
    Map = 1,
    Text = 2,
    XmlElement = 3,
    XmlFragment = 4,
    XmlHook = 5,
    XmlText = 6,

    /// <summary>A root that updates speak of, but that nobody here has asked for yet.</summary>
    Unknown = 255,
}

internal static class TypeKinds
{
    public const ulong Last = (ulong)TypeKind.XmlText;

    /// <summary>Whether the kind is followed by a name on the wire.</summary>
    public static bool HasName(this TypeKind kind) => kind is TypeKind.XmlElement or TypeKind.XmlHook;
}
