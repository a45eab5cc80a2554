// How AddressSanitizer, LeakSanitizer and ThreadSanitizer work here; part of every executable that is built with them.
// Compiled in and not in the environment, which tests clean, nor in a file of suppressions, which a program that has
// confined itself cannot read when it ends.

// NOLINTBEGIN(bugprone-reserved-identifier): the sanitizers' names
extern "C" const char* __asan_default_options()
{
    return "fast_unwind_on_malloc=0"; // or a stack ends at the first library without frame pointers, and names nothing
}

extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }

// What libraries lose once, whatever we do. popfetch cannot read the symbols of a library either, so there the
// library's name must do; the tests of `mail` look at what we do with GMime.
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libgssapi_krb5\n"
#ifdef POPFETCH_CONFINES_ITSELF
           "leak:libgmime-3.0\n"
           "leak:libedit\n" // the names of functions, EL_ADDFN
#endif
           "leak:g_mime_object_register_type\n";
}

// GLib locks with futexes that are not seen, since it is not instrumented; a folder's descriptor is seen when it is
// closed, not when opendir(3) opens it, and has been another thread's file before.
extern "C" const char* __tsan_default_suppressions()
{
    return "called_from_lib:libglib-2.0.so\n"
           "called_from_lib:libgmime-3.0.so\n"
           "race:closedir\n";
}
// NOLINTEND(bugprone-reserved-identifier)
