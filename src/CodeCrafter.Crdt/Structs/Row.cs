namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// A struct as it is kept, in 40 bytes: content at a place, or a collected stretch. References are numbers: of rows (0
/// for none), of the clients of the document (1 for the first, 0 for none) and of its lists. What a row seldom needs
/// lies elsewhere: <see cref="Rows"/>. Read it as an <see cref="Item"/> where speed does not matter.
/// </summary>
internal struct Row
{
    /// <summary>The most clients that a document can hold.</summary>
    public const int MaxClients = (1 << 26) - 1;

    /// <summary>The highest number of a client for which a row has room.</summary>
    public const int MaxNarrowClient = (1 << ClientBits) - 1;

    /// <summary>The kind of a row that is not in use.</summary>
    public const byte FreeKind = 15;

    private const int ClientBits = 19, KindShift = 3 * ClientBits;
    private const ulong ClientsMask = (1ul << KindShift) - 1, KindMask = 15ul << KindShift;
    private const ulong DeletedFlag = 1ul << 61, WideFlag = 1ul << 62;

    /// <summary>
    /// Clocks. Where one of them or a client does not fit, <see cref="IsWide"/> is set, and all lie in <see cref="Rows"/>,
    /// which is to be asked for them.
    /// </summary>
    public uint Clock, Length, OriginClock, RightOriginClock;

    public int Left, Right;

    /// <summary>The list that it is part of; 0 for what is collected.</summary>
    public int List;

    /// <summary>Where its text is in the pool, or which of the document's contents it has.</summary>
    public uint Content;

    // The client and those of the two origins in 19 bits each, the kind of content in 4, two flags.
    private ulong _head;

    /// <summary>The client; not that of a wide row, as for the two others.</summary>
    public readonly int Client => (int)(_head & MaxNarrowClient);

    /// <summary>The client of the origin; 0 where there is none, and only there.</summary>
    public readonly int OriginClient => (int)(_head >> ClientBits) & MaxNarrowClient;

    /// <summary>The client of the right origin; 0 where there is none, and only there.</summary>
    public readonly int RightOriginClient => (int)(_head >> (2 * ClientBits)) & MaxNarrowClient;

    public readonly bool HasOrigin => OriginClient != 0;

    public readonly bool HasRightOrigin => RightOriginClient != 0;

    /// <summary>The kind of content as on the wire; 0 for what is collected.</summary>
    public byte Kind
    {
        readonly get => (byte)((_head & KindMask) >> KindShift);
        set => _head = (_head & ~KindMask) | ((ulong)value << KindShift);
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

    /// <summary>Sets the clients of a row, none above <see cref="MaxNarrowClient"/>.</summary>
    public void SetClients(int client, int originClient, int rightOriginClient) => _head = (_head & ~ClientsMask)
        | (uint)client | ((ulong)(uint)originClient << ClientBits) | ((ulong)(uint)rightOriginClient << (2 * ClientBits));

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
