using System.Runtime.InteropServices;

namespace KestrelL4.Server.Overload;

/// <summary>Gives memory that is free within the process back to the system, which both allocators keep for later.</summary>
internal static partial class FreeMemory
{
    /// <summary>Collects and trims, within the limit of now; everything stands still for as long as that takes.</summary>
    /// <remarks>
    /// Without it the node would go on closing connections although the memory of those that it closed is free. The collector learns its
    /// limit when the process starts: under one that was lowered since, it would let its heap grow until the kernel kills.
    /// </remarks>
    public static void GiveBack()
    {
        try
        {
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException)
        {
            // More is in use than the new limit lets it have: the collection comes first then, and the next time it may be told.
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Only glibc keeps so much that it has a way to give it back.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
