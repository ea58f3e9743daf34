namespace CodeCrafter.Crdt.Mutation;

/// <summary>
/// The only test that Stryker sees. It reaches hardly a mutant, so that Stryker makes them, lists them, and ends soon;
/// and it keeps the assembly with the mutants, which Stryker takes away in the end.
/// </summary>
public sealed class MakeMutants
{
    [Fact]
    public void Keeps_the_library_as_it_is_now()
    {
        var library = DeltaOperation.Delete(1).GetType().Assembly.Location;
        File.Copy(library, Path.ChangeExtension(library, ".mutated.dll"), overwrite: true);
    }
}
