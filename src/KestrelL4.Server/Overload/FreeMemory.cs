using System.Runtime.InteropServices;

namespace KestrelL4.Server.Overload;

/// <summary>Gives memory that is free within the process back to the system, which both allocators keep for later.</summary>
internal static partial class FreeMemory
{
    /// <summary>Collects and trims; everything stands still for as long as that takes.</summary>
    /// <remarks>Without it the node would go on closing connections although the memory of those that it closed is free.</remarks>
    public static void GiveBack()
    {
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
