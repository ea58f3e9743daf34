using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt.Structs;

/// <summary>A list of items: that of a shared type, or the history of one of its keys, whose last item is the current value.</summary>
internal sealed class ItemList(Branch branch, string? key)
{
    public Branch Branch => branch;

    /// <summary>The key, or null for the list of the type.</summary>
    public string? Key => key;

    /// <summary>What rows call it.</summary>
    public int Number;

    /// <summary>The rows at its ends; 0 while it is empty.</summary>
    public int First, Last;
}
