#if ${SUBGROUPS}
enable subgroups;
#endif
#if ${IMMEDIATES}
requires immediate_address_space;
#endif
