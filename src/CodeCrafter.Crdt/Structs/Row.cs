namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// A struct as it is kept, in 44 bytes: content at a place, or a collected stretch. References are numbers: of rows (0
/// for none), of the clients of the document (1 for the first, 0 for none) and of its lists. What a row seldom needs
/// lies elsewhere: <see cref="Rows"/>. Read it as an <see cref="Item"/> where speed does not matter.
/// </summary>
internal struct Row
{
    /// <summary>The most clients that a document can hold.</summary>
    public const int MaxClients = (1 << ClientBits) - 1;

    /// <summary>The kind of a row that is not in use.</summary>
    public const byte FreeKind = 15;

    private const int ClientBits = 26;
    private const uint DeletedFlag = 1u << 30, WideFlag = 1u << 31;

    /// <summary>Numbers that do not fit have <see cref="IsWide"/> set, and lie in <see cref="Rows"/>.</summary>
    public uint Clock, Length, OriginClock, RightOriginClock;

    public int OriginClient, RightOriginClient;
    public int Left, Right;

    /// <summary>The list that it is part of; 0 for what is collected.</summary>
    public int List;

    /// <summary>Where its text is in the pool, or which of the document's contents it has.</summary>
    public uint Content;

    // The client in 26 bits, the kind of content in 4, two flags.
    private uint _head;

    public int Client
    {
        readonly get => (int)(_head & MaxClients);
        set => _head = (_head & ~(uint)MaxClients) | (uint)value;
    }

    /// <summary>The kind of content as on the wire; 0 for what is collected.</summary>
    public byte Kind
    {
        readonly get => (byte)((_head >> ClientBits) & 15);
        set => _head = (_head & ~(15u << ClientBits)) | ((uint)value << ClientBits);
    }

    public bool Deleted
    {
        readonly get => (_head & DeletedFlag) != 0;
        set => _head = value ? _head | DeletedFlag : _head & ~DeletedFlag;
    }

    public bool IsWide
    {
        readonly get => (_head & WideFlag) != 0;
        set => _head = value ? _head | WideFlag : _head & ~WideFlag;
    }

    public readonly bool IsCollected => Kind == StructInfo.Gc;

    public readonly bool IsText => Kind == Structs.Content.StringKind;

    /// <summary>Its content is an object, and not text or nothing.</summary>
    public readonly bool HasContent => Kind is > Structs.Content.DeletedKind and not Structs.Content.StringKind and not FreeKind;

    /// <summary>Its units take up positions, in a list.</summary>
    public readonly bool IsCountable => Kind is not (StructInfo.Gc or Structs.Content.DeletedKind or Structs.Content.FormatKind);
}

/// <summary>The first byte of a struct on the wire: the kind of content in five bits, and which fields follow.</summary>
internal static class StructInfo
{
    public const byte Gc = 0;
    public const byte Skip = 10;
    public const byte ContentMask = 0x1F;
    public const byte HasParentSub = 0x20;
    public const byte HasRightOrigin = 0x40;
    public const byte HasOrigin = 0x80;
}
